import { observedTools } from "@ledgix/contract/tool";
import type { Metadata } from "next";
import { ToolsPage } from "@/components/policies/tools-page";
import { Prefetched } from "@/components/shell/prefetched";
import { memberMay, requireMember } from "@/lib/session";
import { toolsQuery } from "@/lib/vault/policy-queries";
import { readVault } from "@/lib/vault/server";

export const metadata: Metadata = { title: "Tools" };

export default async function Tools({ params }: { params: Promise<{ client: string }> }) {
  const { client } = await params;
  const member = await requireMember(client);
  const tools = await readVault(member, "/tools", observedTools);
  return (
    <Prefetched fill={(queries) => queries.setQueryData(toolsQuery(client).queryKey, tools)}>
      <ToolsPage client={client} mayWrite={memberMay(member, "policies:write")} />
    </Prefetched>
  );
}
