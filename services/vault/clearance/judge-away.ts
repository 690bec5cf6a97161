import { destinationOf } from "@ledgix/contract/destination";
import type { EvaluateAnswer, EvaluateRequest } from "@ledgix/contract/judge";
import type { Queryable } from "@ledgix/tenancy/database";
import type { VaultDependencies } from "../dependencies.ts";
import { askRules } from "./ask-rules.ts";
import type { StoredRequest } from "./stored-request.ts";

/** The answer that stands in for the judge's while it is away: the request pauses for as many people as the rules ask for. */
export async function judgeAway(
  { log }: Pick<VaultDependencies, "log">,
  database: Queryable,
  clientId: string,
  request: StoredRequest,
): Promise<EvaluateAnswer> {
  const { approvals, why } = await askRules(database, questionOf(clientId, request), (error) =>
    log.error("rules.not_asked", error, { client_id: clientId, request_id: request.request_id }),
  );
  const people = approvals === 2 ? "people" : "a person";
  return {
    verdict: "review",
    confidence: 0.01,
    confidence_basis: "Nobody judged it.",
    reason: [`The judge could not be reached, so ${people} must decide.`, why].filter(Boolean).join(" "),
    reason_code: "judge_unavailable",
    policy_id: null,
    policy_version_id: null,
    policy_content_hash: null,
    citations: [],
    required_approvals: approvals,
    approvals_reason: approvals === 2 ? why : null,
    amount: null,
  };
}

/** A stored request as the judge is asked about it. */
export function questionOf(clientId: string, request: StoredRequest): EvaluateRequest {
  return {
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
  };
}
