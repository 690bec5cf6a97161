import { defaultReviewRule } from "@ledgix/contract/review-rules";
import type { TenantDatabase } from "@ledgix/tenancy/tenant-database";
import { REQUEST_COLUMNS, storedRequest } from "../clearance/stored-request.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { enqueueReviewEvent } from "../outbox/enqueue.ts";
import { settleReview } from "./decide.ts";

const BATCH = 100;

/**
 * Cases that nobody answered in time: they escalate where their rule says so, and have as long again; then they are denied, or go on
 * waiting. @returns how many were due
 */
export async function expireReviews(deps: VaultDependencies, database: TenantDatabase): Promise<number> {
  const denied: string[] = [];
  const count = await database.transaction(async (transaction) => {
    const due = await transaction.rows(
      storedRequest,
      `select ${REQUEST_COLUMNS} from clearance_requests where status = 'pending_review' and due_at <= $1
       order by due_at limit ${BATCH} for update skip locked`,
      [deps.now()],
    );
    for (const request of due) {
      const rule = request.review_rule ?? defaultReviewRule;
      if (rule.escalate_to !== null && request.escalated_at === null) {
        await transaction.run("update clearance_requests set escalated_at = $2, due_at = $3 where request_id = $1", [
          request.request_id,
          deps.now(),
          new Date(deps.now().getTime() + (rule.answer_within ?? 0) * 1000),
        ]);
        await enqueueReviewEvent(transaction, "review.escalated", request.request_id, request.status);
        await enqueueReviewEvent(transaction, "review.updated", request.request_id, request.status);
      } else if (rule.when_unanswered === "deny") {
        await settleReview(transaction, deps, request, {
          type: "review.expired",
          decidedBy: null,
          label: null,
          channel: "rule",
          reviewReason: null,
        });
        denied.push(request.request_id);
      } else {
        await transaction.run("update clearance_requests set due_at = null where request_id = $1", [request.request_id]);
      }
    }
    return due.length;
  });
  for (const requestId of denied) deps.settled.announce(requestId);
  return count;
}
