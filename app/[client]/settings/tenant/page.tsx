import { roleMay } from "@ledgix/contract/permissions";
import type { Metadata } from "next";
import { TenantPage } from "@/components/settings/tenant-page";
import { env } from "@/lib/env";
import { requireMember } from "@/lib/session";

export const metadata: Metadata = { title: "Tenant" };

export default async function TenantSettings({ params }: { params: Promise<{ client: string }> }) {
  const { client } = await params;
  const { tenant } = await requireMember(client);
  return (
    <TenantPage
      client={client}
      name={tenant.name}
      isOwner={tenant.role === "owner"}
      mayWrite={roleMay(tenant.role, "settings:write")}
      vaultUrl={env().VAULT_PUBLIC_URL}
    />
  );
}
