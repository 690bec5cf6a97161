import type { Metadata } from "next";
import { FinishTenant } from "@/components/first-run/finish-tenant";
import { FirstRun } from "@/components/first-run/first-run";
import { env } from "@/lib/env";
import { memberMay, requireMember } from "@/lib/session";

export const metadata: Metadata = { title: "Go-live" };

export default async function GoLivePage({ params }: { params: Promise<{ client: string }> }) {
  const { client } = await params;
  const member = await requireMember(client);
  if (member.tenant.status !== "active") return <FinishTenant client={client} />;
  return <FirstRun client={client} vaultUrl={env().VAULT_PUBLIC_URL} mayManage={memberMay(member, "keys:write")} />;
}
