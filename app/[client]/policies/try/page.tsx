import { policyDocument } from "@ledgix/contract/policy";
import type { Metadata } from "next";
import { TryPage } from "@/components/policies/try-page";
import { type Member, memberMay, requireMember } from "@/lib/session";
import { readVault } from "@/lib/vault/server";

export const metadata: Metadata = { title: "Try it" };

type Props = { params: Promise<{ client: string }>; searchParams: Promise<{ policy?: string; version?: string; tool?: string }> };

export default async function Try({ params, searchParams }: Props) {
  const { client } = await params;
  const { policy, version, tool } = await searchParams;
  const member = await requireMember(client);
  return (
    <TryPage
      client={client}
      version={policy && version ? await readVersion(member, policy, version) : null}
      tool={tool ?? ""}
      mayWrite={memberMay(member, "policies:write")}
    />
  );
}

function readVersion(member: Member, policyId: string, versionId: string) {
  const query = new URLSearchParams({ version: versionId });
  return readVault(member, `/policies/${encodeURIComponent(policyId)}?${query}`, policyDocument);
}
