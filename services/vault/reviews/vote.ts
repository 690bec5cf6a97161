import type { ReviewDecision } from "@ledgix/contract/review";
import { defaultReviewRule } from "@ledgix/contract/review-rules";
import type { Queryable } from "@ledgix/tenancy/database";
import type { TenantQueryable } from "@ledgix/tenancy/tenant-database";
import { z } from "zod";
import { type Principal, principalId, principalLabel } from "../access/principal.ts";
import type { StoredRequest } from "../clearance/stored-request.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { appendEvent } from "../ledger/append.ts";
import { enqueueReviewEvent } from "../outbox/enqueue.ts";
import type { ReviewChannel } from "./hindrance.ts";

const vote = z.object({ voter_label: z.string(), voted_at: z.date(), channel: z.string(), review_reason: z.string().nullable() });
export type Vote = z.infer<typeof vote>;

export function readVotes(database: Queryable, requestId: string): Promise<Vote[]> {
  return database.rows(
    vote,
    "select voter_label, voted_at, channel, review_reason from review_votes where request_id = $1 order by voted_at",
    [requestId],
  );
}

/**
 * Keeps one person's approval where the rule asks for two. Approving twice is one approval. The caller holds the request's row, so two
 * people at once come one after the other.
 *
 * @returns who approved, once they are enough
 */
export async function addVote(
  transaction: TenantQueryable,
  deps: VaultDependencies,
  principal: Principal,
  request: StoredRequest,
  decision: ReviewDecision,
  channel: ReviewChannel,
): Promise<string[] | "more needed"> {
  const { approvals } = request.review_rule ?? defaultReviewRule;
  if (approvals === 1) return [principalLabel(principal)];
  const label = principalLabel(principal);
  const isNew = await transaction.run(
    `insert into review_votes (request_id, voter, voter_label, channel, review_reason) values ($1, $2, $3, $4, $5)
     on conflict do nothing`,
    [request.request_id, principalId(principal), label, channel, decision.review_reason || null],
  );
  const votes = await readVotes(transaction, request.request_id);
  if (votes.length >= approvals) return votes.map((cast) => cast.voter_label);
  if (isNew > 0) {
    await appendEvent(transaction, deps, {
      type: "review.endorsed",
      request,
      decisionStatus: "approved_pending_review",
      reason: decision.review_reason || "Approved by one of two reviewers.",
      actor: label,
      channel,
    });
    await enqueueReviewEvent(transaction, "review.updated", request.request_id, request.status);
  }
  return "more needed";
}
