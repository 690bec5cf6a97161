import type { ReasonCode } from "@ledgix/contract/clearance";
import { clampConfidence } from "@ledgix/contract/confidence";
import type { EvaluateAnswer } from "@ledgix/contract/judge";
import { fromMinor } from "@ledgix/rules/rule";
import type { Queryable } from "@ledgix/tenancy/database";
import { storableText } from "@ledgix/tenancy/storable";
import type { TenantDatabase, TenantQueryable } from "@ledgix/tenancy/tenant-database";
import type { VaultDependencies } from "../dependencies.ts";
import { appendEvent, type EventType } from "../ledger/append.ts";
import { enqueueReviewEvent } from "../outbox/enqueue.ts";
import { routeCase } from "../reviews/route.ts";
import { readReviewSettings } from "../settings/review.ts";
import { issueToken } from "../tokens/issue.ts";
import { writerHindrance } from "./separation.ts";
import { REQUEST_COLUMNS, type StoredRequest, storedRequest } from "./stored-request.ts";

export type Outcome = Pick<StoredRequest, "reason"> & {
  status: "approved" | "denied" | "pending_review";
  reason_code: ReasonCode;
};

const eventOf = {
  approved: ["clearance.approved", "approved"],
  denied: ["clearance.denied", "denied"],
  pending_review: ["clearance.paused", "approved_pending_review"],
} as const satisfies Record<Outcome["status"], readonly [EventType, string]>;

/** Characters of a reason. */
const MAX_REASON = 4096;
const written = (text: string) => storableText(text.slice(0, MAX_REASON));

/** What the judge's verdict means under the tenant's threshold. An approval that is not confident enough becomes a pause. */
export function outcomeOf(answer: EvaluateAnswer, minimumConfidence: number): Outcome {
  const reason = written(answer.reason);
  if (answer.verdict === "deny") return { status: "denied", reason, reason_code: answer.reason_code };
  if (answer.verdict === "review") return { status: "pending_review", reason, reason_code: answer.reason_code };
  const confidence = clampConfidence(answer.confidence);
  if (confidence >= minimumConfidence) return { status: "approved", reason, reason_code: answer.reason_code };
  return {
    status: "pending_review",
    reason: withDemand(
      `Confidence ${confidence.toFixed(2)} is below your threshold of ${minimumConfidence.toFixed(2)}.`,
      answer.approvals_reason,
    ),
    reason_code: "below_threshold",
  };
}

/** A case says why it asks for two people, whatever it paused for. */
const withDemand = (reason: string, demand: string | null) =>
  demand === null || reason.includes(demand) ? reason : written(`${reason} ${demand}`);

/**
 * The outcome under the tenant's settings. What no policy covers waits for a person, or is denied where the tenant chose that. What somebody's
 * own rule approves for their own key waits for a person, where the tenant keeps the two apart.
 */
export async function ruledOutcome(
  deps: VaultDependencies,
  database: Queryable,
  request: Pick<StoredRequest, "tool_name" | "minimum_confidence_score" | "principal">,
  answer: EvaluateAnswer,
): Promise<Outcome> {
  const outcome = outcomeOf(answer, request.minimum_confidence_score);
  if (outcome.status === "approved") {
    const call = { principal: request.principal, policyVersionId: answer.policy_version_id };
    const reason = await writerHindrance(deps, database, call);
    return reason === null ? outcome : { status: "pending_review", reason: written(reason), reason_code: "own_rule" };
  }
  if (outcome.reason_code !== "no_policy" || !(await readReviewSettings(database)).deny_uncovered) return outcome;
  return {
    ...outcome,
    status: "denied",
    reason: `No policy covers ${written(request.tool_name)}, and such calls are denied here.`,
  };
}

/** Nobody judges what was not asked. */
const mismatched: EvaluateAnswer = {
  verdict: "review",
  confidence: 0.01,
  confidence_basis: "Nobody judged it.",
  reason: "What is stored of this request is not what was asked, so it was not judged and can only be denied.",
  reason_code: "content_mismatch",
  policy_id: null,
  policy_version_id: null,
  policy_content_hash: null,
  citations: [],
  required_approvals: 1,
  approvals_reason: null,
  amount: null,
};

/**
 * Records the decision on a request: state, ledger event and outbox in one transaction. A request that was decided meanwhile (the
 * queue delivers at least once) is left alone.
 */
export async function decideRequest(
  deps: VaultDependencies,
  database: TenantDatabase,
  request: StoredRequest,
  given: EvaluateAnswer,
): Promise<void> {
  const answer = request.record === "intact" ? given : mismatched;
  const outcome = await ruledOutcome(deps, database, request, answer);
  const committed = await database.transaction((transaction) => recordDecision(deps, transaction, request, outcome, answer));
  if (committed !== null) {
    deps.metrics.decisions.inc({ status: outcome.status, reason_code: outcome.reason_code });
    deps.metrics.decisionSeconds.observe(Math.max(0, (deps.now().getTime() - request.requested_at.getTime()) / 1000));
  }
  deps.settled.announce(request.request_id, committed ?? undefined);
}

/** The same within the caller's transaction. @returns the request as it is now, or null where it was decided meanwhile */
export async function recordDecision(
  deps: VaultDependencies,
  transaction: TenantQueryable,
  request: StoredRequest,
  outcome: Outcome,
  answer: EvaluateAnswer,
): Promise<StoredRequest | null> {
  const isPaused = outcome.status === "pending_review";
  const route = isPaused ? await routeCase(deps, transaction, request, answer) : null;
  const reason = withDemand(outcome.reason, route?.why ?? null);
  const decided = await transaction.row(
    storedRequest,
    `update clearance_requests set status = $2, reason = $3, reason_code = $4, confidence = $5, policy_id = $6, policy_version_id = $7,
       policy_content_hash = $8, citations = $9::json, token_issued_at = $10,
       amount = coalesce($12, amount), currency = coalesce($13, currency), confidence_basis = $14,
       paused_at = case when $11 then clock_timestamp() end, pause_reason = case when $11 then $3 end,
       pause_reason_code = case when $11 then $4 end, decided_at = case when $11 then null else clock_timestamp() end,
       review_rule = $15::json, due_at = $16, assignee = $17, governing_hash = $18,
       is_counted = exists (select from rule_uses where rule_uses.request_id = $1)
     where request_id = $1 and status = 'processing' and tool_args_hash = $19 and intent_hash = $20 returning ${REQUEST_COLUMNS}`,
    [
      request.request_id,
      outcome.status,
      reason,
      outcome.reason_code,
      clampConfidence(answer.confidence),
      answer.policy_id,
      answer.policy_version_id,
      answer.policy_content_hash,
      JSON.stringify(answer.citations),
      outcome.status === "approved" ? Math.floor(deps.now().getTime() / 1000) : null,
      isPaused,
      // By the tool's confirmed mapping, which settles what the names only suggest.
      answer.amount && Number(fromMinor(answer.amount.minor, answer.amount.currency)),
      answer.amount?.currency ?? null,
      written(answer.confidence_basis),
      route?.rule ? JSON.stringify(route.rule) : null,
      route?.dueAt ?? null,
      route?.assignee ?? null,
      answer.governing_hash ?? null,
      // What was judged, and nothing that came into its place meanwhile.
      request.tool_args_hash,
      request.intent_hash,
    ],
  );
  if (decided === null) return null; // somebody else was first
  // Signed here only to learn that it can be: without a signer nothing is approved.
  if (decided.token_issued_at !== null) await issueToken(deps, decided, decided.token_issued_at);
  const [type, decisionStatus] = eventOf[outcome.status];
  await appendEvent(transaction, deps, {
    type,
    request: decided,
    decisionStatus,
    reason,
    actor: null,
    channel: "policy",
  });
  if (isPaused) await enqueueReviewEvent(transaction, "review.pending", request.request_id, "pending_review");
  if (outcome.status === "denied") await enqueueReviewEvent(transaction, "clearance.denied", request.request_id, "denied");
  return decided;
}
