import type { Metadata } from "next";
import { AuditPage } from "@/components/settings/audit-page";
import { Page } from "@/components/ui/page";
import { requireMember } from "@/lib/session";

export const metadata: Metadata = { title: "Audit trail" };

export default async function Audit({ params }: { params: Promise<{ client: string }> }) {
  const { client } = await params;
  const member = await requireMember(client);
  if (member.tenant.role === "reviewer") {
    return (
      <Page title="Audit trail">
        <p className="text-muted">Owners, admins and compliance read the audit trail. Your role does not.</p>
      </Page>
    );
  }
  return <AuditPage client={client} />;
}
