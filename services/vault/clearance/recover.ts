import { z } from "zod";
import type { VaultDependencies } from "../dependencies.ts";
import { decideRequest } from "./decide.ts";
import { judgeAway } from "./judge-away.ts";
import { REQUEST_COLUMNS, storedRequest } from "./stored-request.ts";

/** Requests that are `processing` for longer than this were lost by a queue, or by a process that died. */
const LOST_AFTER_SECONDS = 60;
/** Requests that one round looks at, at most. */
const BATCH = 1_000;

/** Puts requests back into the queue that wait for a decision which nobody is working on. @returns how many */
export async function recoverRequests(
  deps: Pick<VaultDependencies, "tenants" | "queue">,
  clientId: string,
  olderThanSeconds: number = LOST_AFTER_SECONDS,
): Promise<number> {
  const database = await deps.tenants.database(clientId);
  const lost = await database.rows(
    z.object({ request_id: z.string(), agent_id: z.string() }),
    `select request_id, agent_id from clearance_requests
     where status = 'processing' and requested_at <= clock_timestamp() - make_interval(secs => $1) order by requested_at limit ${BATCH}`,
    [olderThanSeconds],
  );
  for (const { request_id, agent_id } of lost) {
    await deps.queue.send({ clientId, requestId: request_id, agentId: agent_id, isAgain: true });
  }
  return lost.length;
}

/**
 * Requests that nobody could judge for so long, such as those whose message ended among a queue's dead letters, pause for a human: what
 * a tenant asked is decided in the end, and seen meanwhile. @returns how many
 */
export async function giveUpOnRequests(deps: VaultDependencies, clientId: string): Promise<number> {
  const database = await deps.tenants.database(clientId);
  const stuck = await database.rows(
    storedRequest,
    `select ${REQUEST_COLUMNS} from clearance_requests
     where status = 'processing' and requested_at <= clock_timestamp() - make_interval(secs => $1) order by requested_at limit ${BATCH}`,
    [deps.config.VAULT_CLEARANCE_GIVE_UP_SECONDS],
  );
  for (const request of stuck) {
    // One that cannot even be set aside does not hold up those behind it.
    await judgeAway(deps, database, clientId, request)
      .then((answer) => decideRequest(deps, database, request, answer))
      .catch((error: unknown) =>
        deps.log.error("clearance.not_given_up", error, { client_id: clientId, request_id: request.request_id }),
      );
  }
  return stuck.length;
}
