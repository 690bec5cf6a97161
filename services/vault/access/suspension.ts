import { ProblemError } from "@ledgix/contract/problem";
import { z } from "zod";

const OPERATOR = "an operator";

/** Who suspended the tenant, and when, by its audit trail; null of a tenant that is in use. */
export const suspension = z.object({ by: z.string(), at: z.string().nullable() }).nullable();

/** The column of it, of a tenant `c`. */
export const SUSPENSION = `case when c.status = 'suspended' then coalesce(
    (select json_build_object('by', coalesce(a.actor_email, '${OPERATOR}'), 'at', to_char(a.created_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'))
     from public.audit_events a where a.client_id = c.id and a.action in ('tenant.suspended', 'tenant.deletion_requested') order by a.id desc limit 1),
    json_build_object('by', '${OPERATOR}', 'at', null)) end`;

/** @throws {ProblemError} `tenant_suspended` */
export function assertNotSuspended(suspended: z.infer<typeof suspension>): void {
  if (suspended === null) return;
  const { by, at } = suspended;
  const isOperators = by === OPERATOR || by === "operator";
  throw new ProblemError(
    "tenant_suspended",
    `This tenant was suspended by ${isOperators ? OPERATOR : by}${at === null ? "" : ` on ${at}`}, so nothing is decided for it. ` +
      (isOperators ? "Ask the operator of this Vault to resume it." : "An owner can resume it in the console, under Settings."),
    { details: { suspended_by: by, ...(at !== null && { suspended_at: at }) } },
  );
}
