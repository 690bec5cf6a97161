import { destinationOf } from "@ledgix/contract/destination";
import type { EvaluateAnswer } from "@ledgix/contract/judge";
import { inSpan } from "@ledgix/telemetry/tracing";
import type { ClearanceMessage } from "../adapters/clearance-queue.ts";
import { JudgeUnavailable } from "../adapters/judge-client.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { decideRequest, judgeAway } from "./decide.ts";
import { REQUEST_COLUMNS, type StoredRequest, storedRequest } from "./stored-request.ts";

/**
 * The queue's worker: asks the judge, then decides.
 *
 * @throws where it could not be decided now, so that the queue hands the message out again; what it loses is picked up from the database
 */
export async function evaluateRequest(deps: VaultDependencies, { clientId, requestId }: ClearanceMessage): Promise<void> {
  try {
    const database = await deps.tenants.database(clientId);
    const request = await database.row(
      storedRequest,
      `select ${REQUEST_COLUMNS} from clearance_requests where request_id = $1 and status = 'processing'`,
      [requestId],
    );
    if (request === null) return;
    await inSpan(
      "clearance.decide",
      {
        kind: "consumer",
        ...(request.traceparent !== null && { parent: { traceparent: request.traceparent } }),
        attributes: { "ledgix.request_id": requestId },
      },
      async () => decideRequest(deps, database, request, await judge(deps, clientId, request)),
    );
  } catch (error) {
    deps.log.error("clearance.not_decided", error, { client_id: clientId, request_id: requestId });
    throw error;
  }
}

function judge(deps: VaultDependencies, clientId: string, request: StoredRequest): Promise<EvaluateAnswer> {
  return deps.judge
    .evaluate({
      client_id: clientId,
      request_id: request.request_id,
      tool_name: request.tool_name,
      tool_args: request.tool_args,
      agent_id: request.agent_id,
      session_id: request.session_id,
      context: request.context,
      ...(request.purpose !== null && { purpose: request.purpose }),
      human_principal: request.human_principal,
      destination: destinationOf(request.destination_uri, request.destination_provider),
      data_categories: request.data_categories,
      at: request.requested_at.toISOString(),
    })
    .catch((error: unknown) => {
      if (!(error instanceof JudgeUnavailable)) throw error;
      deps.log.error("judge.unavailable", error, { request_id: request.request_id });
      deps.metrics.judgeFailures.inc();
      return judgeAway;
    });
}
