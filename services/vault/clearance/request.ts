import type { ClearanceAnswer, ClearanceRequest } from "@ledgix/contract/clearance";
import { ProblemError } from "@ledgix/contract/problem";
import type { IdempotentCall } from "../access/idempotency.ts";
import { type Principal, principalLabel } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { acceptRequest } from "./accept.ts";
import { readStatus } from "./status.ts";

/**
 * `POST /request-clearance`: stores the request, hands it to the judge by the queue, and answers with the decision where it comes
 * quickly, else with `processing`. A slow judge so never holds the caller longer than the wait.
 */
export async function requestClearance(
  deps: VaultDependencies,
  principal: Principal,
  request: ClearanceRequest,
  call: IdempotentCall,
): Promise<ClearanceAnswer> {
  if (request.client_id !== undefined && request.client_id !== principal.clientId) {
    throw new ProblemError("client_mismatch", "client_id names another tenant than the API key belongs to.");
  }
  const database = await deps.tenants.database(principal.clientId);
  const { stored, isNew } = await acceptRequest(database, request, call, principalLabel(principal));
  const decided = deps.settled.wait(stored.request_id, deps.config.VAULT_CLEARANCE_WAIT_MS);
  if (isNew) await deps.queue.send({ clientId: principal.clientId, requestId: stored.request_id });
  if (stored.status === "processing") await decided;
  return readStatus(deps, principal, stored.request_id, 0);
}
