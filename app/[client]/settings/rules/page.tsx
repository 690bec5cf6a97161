import { shownReviewSettings } from "@ledgix/contract/settings";
import type { Metadata } from "next";
import { RulesPage } from "@/components/settings/rules-page";
import { Prefetched } from "@/components/shell/prefetched";
import { memberMay, requireMember } from "@/lib/session";
import { settingsQuery } from "@/lib/vault/queries";
import { readVault } from "@/lib/vault/server";

export const metadata: Metadata = { title: "Review rules" };

export default async function Rules({ params }: { params: Promise<{ client: string }> }) {
  const { client } = await params;
  const member = await requireMember(client);
  const settings = await readVault(member, "/review-settings", shownReviewSettings);
  return (
    <Prefetched fill={(queries) => queries.setQueryData(settingsQuery(client).queryKey, settings)}>
      <RulesPage client={client} mayWrite={memberMay(member, "settings:write")} />
    </Prefetched>
  );
}
