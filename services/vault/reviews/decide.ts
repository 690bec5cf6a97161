import { ProblemError } from "@ledgix/contract/problem";
import type { ReviewDecision } from "@ledgix/contract/review";
import type { Database } from "@ledgix/tenancy/database";
import { z } from "zod";
import { type IdempotentCall, onceFor } from "../access/idempotency.ts";
import { assertMay, type Principal, principalId, principalLabel } from "../access/principal.ts";
import { REQUEST_COLUMNS, type StoredRequest, storedRequest } from "../clearance/stored-request.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { appendEvent, type EventType } from "../ledger/append.ts";
import { enqueueReviewEvent } from "../outbox/enqueue.ts";
import { issueToken } from "../tokens/issue.ts";

/** What was decided, and whether it was a client cancelling its own request. */
const decidedReview = z.object({ request_id: z.string(), is_cancel: z.boolean() });
export type DecidedReview = z.infer<typeof decidedReview>;

/**
 * Records a person's decision on a paused request, once: deciding again the same way changes nothing, the other way is refused with
 * who decided and when. A client's cancel is a denial of its own request under its own key.
 *
 * @throws {ProblemError} `forbidden` · `own_request` · `not_found` · `already_decided` · `signer_unavailable`
 */
export async function decideReview(
  deps: VaultDependencies,
  database: Database,
  principal: Principal,
  requestId: string,
  decision: ReviewDecision,
  call: IdempotentCall,
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
      const isCancel = assertMayDecide(principal, request, decision);
      if (request === null) throw new ProblemError("not_found", "There is no case of this id.");
      const isOpen = request.status === "pending_review" || (isCancel && request.status === "processing");
      if (!isOpen) {
        assertSameDecision(request, decision);
        return { request_id: request.request_id, is_cancel: isCancel };
      }

      const who = principalLabel(principal);
      const type: EventType = isCancel ? "clearance.cancelled" : decision.approved ? "review.approved" : "review.denied";
      const reason = decision.review_reason || defaultReason(isCancel, decision.approved);
      const decided = await transaction.row(
        storedRequest,
        `update clearance_requests set status = $2, reason = $3, reason_code = $4, decided_at = clock_timestamp(), decided_by = $5,
           decided_by_label = $6, review_reason = $7, token_issued_at = $8
         where request_id = $1 returning ${REQUEST_COLUMNS}`,
        [
          request.request_id,
          decision.approved ? "approved" : "denied",
          reason,
          isCancel ? "cancelled" : decision.approved ? "human_approved" : "human_denied",
          principalId(principal),
          who,
          decision.review_reason || null,
          decision.approved ? Math.floor(deps.now().getTime() / 1000) : null,
        ],
      );
      if (decided === null) throw new ProblemError("not_found", "There is no case of this id.");
      // Signed here only to learn that it can be: without a signer nothing is approved.
      if (decided.token_issued_at !== null) await issueToken(deps, decided, decided.token_issued_at);
      await appendEvent(transaction, deps, {
        type,
        request: decided,
        decisionStatus: decision.approved ? "approved" : "denied",
        reason,
        actor: who,
        channel: principal.kind === "member" ? "console" : "api",
      });
      await enqueueReviewEvent(transaction, "review.decided", decided.request_id, decided.status);
      return { request_id: decided.request_id, is_cancel: isCancel };
    }),
  );
  deps.settled.announce(answer.request_id);
  return answer;
}

function defaultReason(isCancel: boolean, isApproved: boolean): string {
  if (isCancel) return "Cancelled by the caller.";
  return isApproved ? "Approved by a reviewer." : "Denied by a reviewer.";
}

/** @returns whether this is a client cancelling its own request. */
function assertMayDecide(principal: Principal, request: StoredRequest | null, decision: ReviewDecision): boolean {
  const isOwn = request?.principal === principalId(principal);
  if (principal.kind === "key" && isOwn && !decision.approved && principal.scopes.includes("clearance")) return true;
  assertMay(principal, "reviews:decide");
  if (isOwn) throw new ProblemError("own_request", "A key cannot decide a request that it sent itself.");
  if (principal.kind === "member" && request?.human_principal?.toLowerCase() === principal.email.toLowerCase()) {
    throw new ProblemError("own_request", "This request was made on your behalf, so somebody else must decide it.");
  }
  return false;
}

/** Deciding what is decided is fine where it is the same decision; else the answer is who came first. */
function assertSameDecision(request: StoredRequest, decision: ReviewDecision): void {
  const isApproved = request.status === "approved";
  if (request.reason_code === "approval_lapsed") throw new ProblemError("already_decided", request.reason);
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
