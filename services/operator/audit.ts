import type { Queryable } from "@ledgix/tenancy/database";

/** Notes an operator's act in the tenant's audit trail, in the transaction of the act. */
export async function audit(transaction: Queryable, clientId: string, action: string, detail: Record<string, string> = {}) {
  // The lock is that of private.audit: a tenant's events become visible in the order of their ids.
  await transaction.run("select pg_advisory_xact_lock(hashtext('audit'), hashtext($1))", [clientId]);
  await transaction.run(
    `insert into public.audit_events (client_id, actor_email, action, target, detail)
     values ($1::uuid, 'operator', $2, $1, $3::jsonb)`,
    [clientId, action, JSON.stringify(detail)],
  );
}
