import type { ClearanceAnswer } from "@ledgix/contract/clearance";
import { ProblemError } from "@ledgix/contract/problem";
import type { TenantDatabase } from "@ledgix/tenancy/tenant-database";
import { z } from "zod";
import { type Principal, principalId } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { isAsRecorded } from "../ledger/as-recorded.ts";
import { answerOf } from "./answer.ts";
import { asMismatched, assertMatches } from "./content-match.ts";
import { lapseApprovals } from "./lapse.ts";
import { REQUEST_COLUMNS, type StoredRequest, storedRequest } from "./stored-request.ts";

/** How long a long poll sleeps at most before it looks again, since another replica may have decided. Milliseconds. */
const LOOK_AGAIN_MS = 1_000;

/**
 * `GET /clearance-status/{request_id}`. With `waitSeconds`, holds the answer until the request leaves the state in which it was found,
 * or the time is over, or `over` says that nobody waits any more.
 *
 * @throws {ProblemError} `not_found`, the same for an unknown id and for somebody else's · `content_mismatch`
 */
export async function readStatus(
  deps: VaultDependencies,
  principal: Principal,
  requestId: string,
  waitSeconds: number,
  over: AbortSignal = deps.draining,
): Promise<ClearanceAnswer> {
  const database = await deps.tenants.database(principal.clientId);
  const deadline = performance.now() + waitSeconds * 1000;
  let request = await visibleRequest(database, principal, requestId);
  const found = request.status;
  const isOpen = found === "processing" || found === "pending_review";
  for (
    let left = deadline - performance.now();
    isOpen && request.status === found && left > 0 && !deps.draining.aborted && !over.aborted;
    left = deadline - performance.now()
  ) {
    await deps.settled.wait(requestId, Math.min(left, LOOK_AGAIN_MS));
    request = await visibleRequest(database, principal, requestId);
  }
  if (hasLapsed(deps, request)) {
    await lapseApprovals(deps, database, request.request_id);
    request = await visibleRequest(database, principal, requestId);
  }
  if (request.status === "approved" && request.consumed_at === null && !(await isAsRecorded(database, request)))
    assertMatches(deps, asMismatched(request));
  return answerOf(deps, principal.clientId, database, request);
}

/** A key sees what its own application asked for; a member sees what their tenant's applications asked for. */
async function visibleRequest(database: TenantDatabase, principal: Principal, requestId: string): Promise<StoredRequest> {
  const request = z.uuid().safeParse(requestId).success
    ? await database.row(storedRequest, `select ${REQUEST_COLUMNS} from clearance_requests where request_id = $1`, [requestId])
    : null;
  const isVisible = request !== null && (principal.kind === "member" || request.principal === principalId(principal));
  if (!isVisible) throw new ProblemError("not_found", "There is no clearance request of this id.");
  return request;
}

function hasLapsed({ config, now }: Pick<VaultDependencies, "config" | "now">, request: StoredRequest): boolean {
  if (request.status !== "approved" || request.consumed_at !== null || request.decided_at === null) return false;
  return now().getTime() - request.decided_at.getTime() > config.VAULT_APPROVAL_TTL * 1000;
}
