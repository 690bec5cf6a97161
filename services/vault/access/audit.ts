import type { JsonObject } from "@ledgix/contract/json";
import type { VaultDependencies } from "../dependencies.ts";
import { type Principal, principalLabel } from "./principal.ts";

/**
 * Writes an administrative act to the tenant's audit trail in the control plane. Awaited inside the transaction of the act, so that
 * nothing is done without a trace. `detail` is what was set, never a secret and never what an agent sent.
 */
export async function audit(
  { controlPlane }: Pick<VaultDependencies, "controlPlane">,
  principal: Principal,
  action: string,
  target: string,
  detail: JsonObject,
): Promise<void> {
  await controlPlane.run(
    `insert into public.audit_events (client_id, actor_id, actor_email, action, target, detail) values ($1, $2, $3, $4, $5, $6::jsonb)`,
    [
      principal.clientId,
      principal.kind === "member" ? principal.userId : null,
      principalLabel(principal),
      action,
      target,
      JSON.stringify(detail),
    ],
  );
}
