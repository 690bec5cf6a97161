import { policyDocument } from "@ledgix/contract/policy";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { PolicyEditor } from "@/components/policies/policy-editor";
import { memberMay, requireMember } from "@/lib/session";
import { readVault } from "@/lib/vault/server";

export const metadata: Metadata = { title: "Edit policy" };

type Props = { params: Promise<{ client: string; policyId: string }>; searchParams: Promise<{ version?: string }> };

export default async function EditPolicy({ params, searchParams }: Props) {
  const { client, policyId } = await params;
  const { version } = await searchParams;
  const member = await requireMember(client);
  if (!memberMay(member, "policies:write")) notFound();
  const policy = await readVault(member, `/policies/${policyId}${version ? `?version=${version}` : ""}`, policyDocument);
  return <PolicyEditor client={client} policy={policy} />;
}
