import type { ReactNode } from "react";
import { LiveReviews } from "@/components/reviews/live-reviews";
import { Suspended } from "@/components/settings/suspended";
import { Shell } from "@/components/shell/shell";
import { requireMember } from "@/lib/session";

export default async function TenantLayout({ children, params }: { children: ReactNode; params: Promise<{ client: string }> }) {
  const { client } = await params;
  const member = await requireMember(client);
  return (
    <Shell
      client={client}
      tenantName={member.tenant.name}
      email={member.email}
      role={member.tenant.role}
      tenants={member.tenants.map(({ id, name }) => ({ id, name }))}
    >
      {member.tenant.status === "active" && <LiveReviews client={client} />}
      {member.tenant.status === "suspended" ? (
        <Suspended
          client={client}
          isOwner={member.tenant.role === "owner"}
          isHeldByOperator={member.tenant.suspended_by !== "owner"}
          deleteAfter={member.tenant.delete_after}
        />
      ) : (
        children
      )}
    </Shell>
  );
}
