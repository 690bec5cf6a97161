import { shownReviewSettings } from "@ledgix/contract/settings";
import type { Metadata } from "next";
import { SentencesPage } from "@/components/settings/sentences-page";
import { Prefetched } from "@/components/shell/prefetched";
import { memberMay, requireMember } from "@/lib/session";
import { settingsQuery } from "@/lib/vault/queries";
import { readVault } from "@/lib/vault/server";

export const metadata: Metadata = { title: "Sentences" };

export default async function Sentences({ params }: { params: Promise<{ client: string }> }) {
  const { client } = await params;
  const member = await requireMember(client);
  const settings = await readVault(member, "/review-settings", shownReviewSettings);
  return (
    <Prefetched fill={(queries) => queries.setQueryData(settingsQuery(client).queryKey, settings)}>
      <SentencesPage client={client} mayWrite={memberMay(member, "settings:write")} />
    </Prefetched>
  );
}
