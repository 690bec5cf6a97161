import { ProblemError } from "@ledgix/contract/problem";
import { z } from "zod";

/** Who suspended the tenant, and when, by its audit trail, and who may resume it; null of a tenant that is in use. */
export const suspension = z.object({ by: z.string(), at: z.string().nullable(), is_owners: z.boolean() }).nullable();

/** The column of it, of a tenant `c`. */
export const SUSPENSION = `case when c.status = 'suspended' then (
    select json_build_object('is_owners', c.suspended_by is not distinct from 'owner', 'by', coalesce(trail.actor_email, 'an operator'),
      'at', to_char(trail.created_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'))
    from (select 1) always left join lateral (
      select a.actor_email, a.created_at from public.audit_events a
      where a.client_id = c.id and a.action in ('tenant.suspended', 'tenant.deletion_requested') order by a.id desc limit 1) trail on true) end`;

/** @throws {ProblemError} `tenant_suspended` */
export function assertNotSuspended(suspended: z.infer<typeof suspension>): void {
  if (suspended === null) return;
  const { by, at, is_owners } = suspended;
  throw new ProblemError(
    "tenant_suspended",
    `This tenant was suspended by ${by === "operator" ? "an operator" : by}${at === null ? "" : ` on ${at}`}, so nothing is decided for it. ` +
      (is_owners ? "An owner can resume it in the console." : "Ask the operator of this Vault to resume it."),
    { details: { suspended_by: by, ...(at !== null && { suspended_at: at }) } },
  );
}
