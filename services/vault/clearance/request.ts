import { type ClearanceAnswer, type ClearanceRequest, clearanceStatus } from "@ledgix/contract/clearance";
import { readId } from "@ledgix/contract/id";
import { ProblemError } from "@ledgix/contract/problem";
import type { TenantDatabase } from "@ledgix/tenancy/tenant-database";
import { z } from "zod";
import type { IdempotentCall } from "../access/idempotency.ts";
import { type Principal, principalLabel } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { acceptRequest } from "./accept.ts";
import { answerOf } from "./answer.ts";
import { readStatus } from "./status.ts";
import type { StoredRequest } from "./stored-request.ts";

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
  if (request.client_id !== undefined && readId(request.client_id) !== principal.clientId) {
    throw new ProblemError("client_mismatch", "client_id names another tenant than the API key belongs to.");
  }
  const database = await deps.tenants.database(principal.clientId);
  const { stored, isNew } = await acceptRequest(database, request, call, principalLabel(principal));
  // Listened for before it is sent, so that a quick decision is not missed.
  const heard = deps.settled.wait(stored.request_id, deps.config.VAULT_CLEARANCE_WAIT_MS);
  if (isNew) await deps.queue.send({ clientId: principal.clientId, requestId: stored.request_id, agentId: stored.agent_id });
  if (stored.status === "processing") {
    const decided = await (deps.queue.isShared ? untilDecided(deps, database, stored.request_id) : heard);
    if (decided !== null) return answerOf(deps, principal.clientId, database, decided);
  }
  return readStatus(deps, principal, stored.request_id, 0);
}

/** Milliseconds between two looks at a request that another replica may decide, where a queue is shared. */
const LOOK_MS = 50;

/** Resolves when the request is decided, by whichever replica, or after the wait. @returns the request, where this one decided it */
async function untilDecided(deps: VaultDependencies, database: TenantDatabase, requestId: string): Promise<StoredRequest | null> {
  const wait = deps.config.VAULT_CLEARANCE_WAIT_MS;
  const deadline = performance.now() + wait;
  for (let left = wait; left > 0; left = deadline - performance.now()) {
    const decided = await deps.settled.wait(requestId, Math.min(left, LOOK_MS));
    if (decided !== null) return decided;
    const row = await database.row(
      z.object({ status: clearanceStatus }),
      "select status from clearance_requests where request_id = $1",
      [requestId],
    );
    if (row?.status !== "processing") return null;
  }
  return null;
}
