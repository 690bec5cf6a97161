import { ProblemError } from "@ledgix/contract/problem";
import type { BatchDecision, BatchResult, ReviewDecision } from "@ledgix/contract/review";
import { defaultReviewRule } from "@ledgix/contract/review-rules";
import type { Queryable } from "@ledgix/tenancy/database";
import type { TenantDatabase, TenantQueryable } from "@ledgix/tenancy/tenant-database";
import { z } from "zod";
import { type IdempotentCall, onceFor } from "../access/idempotency.ts";
import { assertMay, type Principal, principalId, principalLabel } from "../access/principal.ts";
import { asMismatched, assertMatches } from "../clearance/content-match.ts";
import { REQUEST_COLUMNS, requestRow, type StoredRequest, storedRequest } from "../clearance/stored-request.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { appendEvent, type EventType } from "../ledger/append.ts";
import { isAsRecorded } from "../ledger/as-recorded.ts";
import { enqueueReviewEvent } from "../outbox/enqueue.ts";
import { issueToken } from "../tokens/issue.ts";
import { channelOf, hindranceOf, type ReviewChannel } from "./hindrance.ts";
import { addVote } from "./vote.ts";

/** What was decided, and whether it was a client cancelling its own request. */
const decidedReview = z.object({ request_id: z.string(), is_cancel: z.boolean() });
export type DecidedReview = z.infer<typeof decidedReview>;

/**
 * Records a person's decision on a paused request, once: deciding again the same way changes nothing, the other way is refused with
 * who decided and when. Where the case's rule asks for two people, the first approval is kept and the case goes on waiting. A client's
 * cancel is a denial of its own request under its own key.
 *
 * @throws {ProblemError} `forbidden` · `own_request` · `not_a_reviewer` · `console_required` · `reason_required` · `not_found` ·
 *   `already_decided` · `content_mismatch` · `signer_unavailable`
 */
export async function decideReview(
  deps: VaultDependencies,
  database: TenantDatabase,
  principal: Principal,
  requestId: string,
  decision: ReviewDecision,
  call: IdempotentCall,
  channel: ReviewChannel = channelOf(principal),
): Promise<DecidedReview> {
  const answer = await database.transaction((transaction) =>
    onceFor(transaction, call, decidedReview, async () => {
      const request = z.uuid().safeParse(requestId).success
        ? await transaction.row(
            storedRequest,
            `select ${REQUEST_COLUMNS} from clearance_requests where request_id = $1 for update`,
            [requestId],
          )
        : null;
      const isCancel = request !== null && cancelsOwn(principal, request, decision);
      if (!isCancel) await assertMayDecide(deps, transaction, principal, request, channel);
      if (request === null) throw new ProblemError("not_found", "There is no case of this id.");
      const decided = { request_id: request.request_id, is_cancel: isCancel };
      const isOpen = request.status === "pending_review" || (isCancel && request.status === "processing");
      if (!isOpen) {
        assertSameDecision(request, decision);
        return decided;
      }
      if (!isCancel) assertReason(request, decision);
      if (decision.approved) {
        assertMatches(deps, (await isAsRecorded(transaction, request)) ? request : asMismatched(request));
      }
      const voters =
        isCancel || !decision.approved ? [] : await addVote(transaction, deps, principal, request, decision, channel);
      if (voters === "more needed") return decided;
      await settleReview(transaction, deps, request, {
        type: isCancel ? "clearance.cancelled" : decision.approved ? "review.approved" : "review.denied",
        decidedBy: principalId(principal),
        label: voters.length > 1 ? voters.join(" and ") : principalLabel(principal),
        channel,
        reviewReason: decision.review_reason || null,
      });
      return decided;
    }),
  );
  deps.settled.announce(answer.request_id);
  return answer;
}

const settledAs = {
  "review.approved": ["approved", "human_approved", "Approved by a reviewer."],
  "review.denied": ["denied", "human_denied", "Denied by a reviewer."],
  "review.expired": ["denied", "review_expired", "Nobody answered in time, so the request was denied."],
  "clearance.cancelled": ["denied", "cancelled", "Cancelled by the caller."],
} as const satisfies Partial<Record<EventType, readonly [status: string, reasonCode: string, reason: string]>>;

export type Settlement = {
  type: keyof typeof settledAs;
  decidedBy: string | null;
  label: string | null;
  channel: ReviewChannel | "rule";
  reviewReason: string | null;
};

/** Writes the end of a case: state, ledger event and outbox, in the transaction that holds its row. */
export async function settleReview(
  transaction: TenantQueryable,
  deps: VaultDependencies,
  request: StoredRequest,
  { type, decidedBy, label, channel, reviewReason }: Settlement,
): Promise<void> {
  const [status, reasonCode, defaultReason] = settledAs[type];
  const reason = reviewReason ?? defaultReason;
  const decided = await transaction.row(
    storedRequest,
    `update clearance_requests set status = $2, reason = $3, reason_code = $4, decided_at = clock_timestamp(), decided_by = $5,
       decided_by_label = $6, review_reason = $7, token_issued_at = $8, due_at = null
     where request_id = $1 returning ${REQUEST_COLUMNS}`,
    [
      request.request_id,
      status,
      reason,
      reasonCode,
      decidedBy,
      label,
      reviewReason,
      status === "approved" ? Math.floor(deps.now().getTime() / 1000) : null,
    ],
  );
  if (decided === null) throw new ProblemError("not_found", "There is no case of this id.");
  // Signed here only to learn that it can be: without a signer nothing is approved.
  if (decided.token_issued_at !== null) await issueToken(deps, decided, decided.token_issued_at);
  await appendEvent(transaction, deps, { type, request: decided, decisionStatus: status, reason, actor: label, channel });
  const outboxType = type === "review.expired" ? "review.expired" : "review.decided";
  await enqueueReviewEvent(transaction, outboxType, decided.request_id, decided.status);
}

function cancelsOwn(principal: Principal, request: StoredRequest, decision: ReviewDecision): boolean {
  const isOwn = request.principal === principalId(principal);
  return principal.kind === "key" && isOwn && !decision.approved && principal.scopes.includes("clearance");
}

async function assertMayDecide(
  deps: VaultDependencies,
  transaction: Queryable,
  principal: Principal,
  request: StoredRequest | null,
  channel: ReviewChannel,
): Promise<void> {
  assertMay(principal, "reviews:decide");
  const hindrance = request && (await hindranceOf(deps, transaction, principal, request, channel));
  if (hindrance) throw hindrance;
}

function assertReason({ review_rule }: StoredRequest, { approved, review_reason }: ReviewDecision): void {
  const rule = review_rule ?? defaultReviewRule;
  const isRequired = rule.reason === "required" || (rule.reason === "required_to_deny" && !approved);
  if (!isRequired || review_reason.trim() !== "") return;
  throw new ProblemError("reason_required", `The rule ${rule.name} asks for a reason. Write one and decide again.`);
}

/** Deciding what is decided is fine where it is the same decision; else the answer is who came first. */
function assertSameDecision(request: StoredRequest, decision: ReviewDecision): void {
  const isApproved = request.status === "approved";
  const isLate = request.reason_code === "approval_lapsed" || request.reason_code === "review_expired";
  if (isLate) throw new ProblemError("already_decided", request.reason);
  if (request.decided_by !== null && isApproved === decision.approved) return;
  if (request.status === "processing") throw new ProblemError("not_found", "This request is not paused.");
  const who = request.decided_by_label ?? "your policy";
  throw new ProblemError("already_decided", `${who} already ${isApproved ? "approved" : "denied"} this request.`, {
    details: {
      decided_by: who,
      decided_at: request.decided_at?.toISOString() ?? "",
      decision_status: isApproved ? "approved" : "denied",
    },
  });
}

/** Decides several cases alike, each by itself: one that cannot be decided does not hold up the others. */
export async function decideReviews(
  deps: VaultDependencies,
  database: TenantDatabase,
  principal: Principal,
  { request_ids, ...decision }: BatchDecision,
): Promise<BatchResult> {
  const results: BatchResult["results"] = [];
  for (const request_id of new Set(request_ids)) {
    const call: IdempotentCall = { principal: principalId(principal), key: undefined, bodyHash: "" };
    const problem = await decideReview(deps, database, principal, request_id, decision, call).then(
      () => null,
      (error: unknown) => {
        if (error instanceof ProblemError) return error;
        throw error;
      },
    );
    const row = await database.row(
      requestRow.pick({ status: true }),
      "select status from clearance_requests where request_id = $1 and paused_at is not null",
      [request_id],
    );
    results.push({ request_id, ok: problem === null, status: row?.status ?? null, detail: problem?.message ?? null });
  }
  return { results };
}
