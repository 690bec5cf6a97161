import type { EvaluateAnswer } from "@ledgix/contract/judge";
import { inSpan } from "@ledgix/telemetry/tracing";
import type { TenantDatabase } from "@ledgix/tenancy/tenant-database";
import type { ClearanceMessage } from "../adapters/clearance-queue.ts";
import { JudgeUnavailable } from "../adapters/judge-client.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { tellMismatches } from "./content-match.ts";
import { decideRequest } from "./decide.ts";
import { judgeAway, questionOf } from "./judge-away.ts";
import { forgetJudging, noteJudging, setAside } from "./set-aside.ts";
import { REQUEST_COLUMNS, type StoredRequest, storedRequest } from "./stored-request.ts";

/**
 * The queue's worker: asks the judge, then decides.
 *
 * @throws where it could not be decided now, so that the queue hands the message out again; what it loses is picked up from the database
 */
export async function evaluateRequest(
  deps: VaultDependencies,
  { clientId, requestId, isAgain = false }: ClearanceMessage,
): Promise<void> {
  try {
    const database = await deps.tenants.database(clientId);
    const request = await database.row(
      storedRequest,
      `select ${REQUEST_COLUMNS} from clearance_requests where request_id = $1 and status = 'processing'`,
      [requestId],
    );
    if (request === null) return;
    tellMismatches(deps, [request]);
    const takenUp = isAgain ? await noteJudging(database, requestId) : 1;
    const answer = async () =>
      (await setAside(deps, database, clientId, request, takenUp)) ?? (await judge(deps, database, clientId, request));
    await inSpan(
      "clearance.decide",
      {
        kind: "consumer",
        ...(request.traceparent !== null && { parent: { traceparent: request.traceparent } }),
        attributes: { "ledgix.request_id": requestId },
      },
      async () => decideRequest(deps, database, request, await answer()),
    ).catch(async (error: unknown) => {
      if (isAgain) await forgetJudging(database, requestId).catch(() => {});
      throw error;
    });
  } catch (error) {
    deps.log.error("clearance.not_decided", error, { client_id: clientId, request_id: requestId });
    throw error;
  }
}

async function judge(
  deps: VaultDependencies,
  database: TenantDatabase,
  clientId: string,
  request: StoredRequest,
): Promise<EvaluateAnswer> {
  if (request.record !== "intact") return judgeAway(deps, database, clientId, request); // and `decideRequest` sets it aside
  try {
    return await deps.judge.evaluate(questionOf(clientId, request));
  } catch (error) {
    if (!(error instanceof JudgeUnavailable)) throw error;
    deps.log.error("judge.unavailable", error, { request_id: request.request_id });
    deps.metrics.judgeFailures.inc();
    return judgeAway(deps, database, clientId, request);
  }
}
