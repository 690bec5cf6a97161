import { policyList } from "@ledgix/contract/policy";
import type { Metadata } from "next";
import { PoliciesPage } from "@/components/policies/policies-page";
import { Prefetched } from "@/components/shell/prefetched";
import { memberMay, requireMember } from "@/lib/session";
import { policiesQuery } from "@/lib/vault/policy-queries";
import { readVault } from "@/lib/vault/server";

export const metadata: Metadata = { title: "Policies" };

export default async function Policies({ params }: { params: Promise<{ client: string }> }) {
  const { client } = await params;
  const member = await requireMember(client);
  const policies = await readVault(member, "/policies", policyList);
  return (
    <Prefetched fill={(queries) => queries.setQueryData(policiesQuery(client).queryKey, policies)}>
      <PoliciesPage client={client} mayWrite={memberMay(member, "policies:write")} />
    </Prefetched>
  );
}
