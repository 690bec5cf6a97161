import { slackState } from "@ledgix/contract/notifications";
import type { Metadata } from "next";
import { IntegrationsPage } from "@/components/notifications/integrations-page";
import { Prefetched } from "@/components/shell/prefetched";
import { memberMay, requireMember } from "@/lib/session";
import { slackQuery } from "@/lib/vault/queries";
import { readVault } from "@/lib/vault/server";

export const metadata: Metadata = { title: "Integrations" };

export default async function Integrations({ params }: { params: Promise<{ client: string }> }) {
  const { client } = await params;
  const member = await requireMember(client);
  const read = await readVault(member, "/slack", slackState);
  return (
    <Prefetched fill={(queries) => queries.setQueryData(slackQuery(client).queryKey, read)}>
      <IntegrationsPage client={client} mayWrite={memberMay(member, "settings:write")} />
    </Prefetched>
  );
}
