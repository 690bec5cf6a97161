import type { EvaluateAnswer } from "@ledgix/contract/judge";
import type { TenantDatabase } from "@ledgix/tenancy/tenant-database";
import { z } from "zod";
import type { VaultDependencies } from "../dependencies.ts";
import { judgeAway } from "./judge-away.ts";
import type { StoredRequest } from "./stored-request.ts";

/** So often a request is judged before it is set aside. */
const MOST_JUDGED = 2;

/**
 * Notes, before a request is judged that somebody left undecided, that it is taken up once more. Committed by itself, so that the note stays where
 * judging ends this process.
 *
 * @returns how often it was taken up, this time included
 */
export async function noteJudging(database: TenantDatabase, requestId: string): Promise<number> {
  const noted = await database.row(
    z.object({ judged_times: z.number() }),
    "update clearance_requests set judged_times = judged_times + 1 where request_id = $1 and status = 'processing' returning judged_times",
    [requestId],
  );
  return noted?.judged_times ?? 1;
}

/** Takes the note back: what went wrong was caught, such as a database that went away, and ended nobody. */
export async function forgetJudging(database: TenantDatabase, requestId: string): Promise<void> {
  await database.run("update clearance_requests set judged_times = judged_times - 1 where request_id = $1 and judged_times > 1", [
    requestId,
  ]);
}

/**
 * What stands in for the verdict on a request that ended its process twice; null of any other. The rules are asked once more how many people it
 * takes; where that ended the process as well, nothing of the request is read any more, and it takes two.
 */
export async function setAside(
  deps: Pick<VaultDependencies, "log">,
  database: TenantDatabase,
  clientId: string,
  request: StoredRequest,
  takenUp: number,
): Promise<EvaluateAnswer | null> {
  if (takenUp <= MOST_JUDGED) return null;
  const stands = takenUp === MOST_JUDGED + 1 ? await judgeAway(deps, database, clientId, request) : UNREAD;
  const people = stands.required_approvals === 2 ? "people" : "a person";
  return {
    ...stands,
    confidence_basis: "Nobody judged it to the end.",
    reason: [
      `Judging this request stopped the service twice, so it is set aside and ${people} must decide.`,
      stands.approvals_reason,
    ]
      .filter(Boolean)
      .join(" "),
  };
}

const UNREAD: EvaluateAnswer = {
  verdict: "review",
  confidence: 0.01,
  confidence_basis: "",
  reason: "",
  reason_code: "judge_unavailable",
  policy_id: null,
  policy_version_id: null,
  policy_content_hash: null,
  citations: [],
  required_approvals: 2,
  approvals_reason: "No rule could say how many, so it takes two.",
  amount: null,
};
