import { type ProblemCode, ProblemError } from "@ledgix/contract/problem";
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
import { type Bench, hindranceOn, type ReviewChannel, readBench } from "./hindrance.ts";
import { seatTakenBy } from "./one-seat.ts";

const vote = z.object({
  voter: z.string(),
  voter_label: z.string(),
  voted_at: z.date(),
  channel: z.enum(["console", "api", "slack"]),
  review_reason: z.string().nullable(),
  /** Why it counts no more. */
  dropped_because: z.string().nullable(),
});
export type Vote = z.infer<typeof vote>;

export function readVotes(database: Queryable, requestId: string): Promise<Vote[]> {
  return database.rows(
    vote,
    `select voter, voter_label, voted_at, channel, review_reason, dropped_because from review_votes
     where request_id = $1 order by voted_at`,
    [requestId],
  );
}

type Deps = Pick<VaultDependencies, "controlPlane" | "now">;

/**
 * The approvals of a waiting case as they stand now: each counts only while whoever gave it may decide the case, and of a member who is
 * away and their stand-in one.
 */
export async function weighVotes(
  deps: Deps,
  database: Queryable,
  bench: Bench,
  clientId: string,
  request: StoredRequest,
): Promise<Vote[]> {
  const votes = await readVotes(database, request.request_id);
  const weighed = await Promise.all(
    votes.map(async (cast) => ({ ...cast, dropped_because: await whyDropped(deps, bench, clientId, request, cast) })),
  );
  const personOf = ({ voter }: Vote) => bench.people.find(({ userId }) => voter === `member:${userId}`);
  const voters = weighed.flatMap((cast) => (cast.dropped_because === null ? (personOf(cast) ?? []) : []));
  return weighed.map((cast) => {
    const self = cast.dropped_because === null ? personOf(cast) : undefined;
    const absent = self && seatTakenBy(bench, request, voters, self);
    if (!absent) return cast;
    return {
      ...cast,
      dropped_because: `${cast.voter_label} stands in for ${absent.email}, who approved too: that is one approval.`,
    };
  });
}

async function whyDropped(
  deps: Deps,
  bench: Bench,
  clientId: string,
  request: StoredRequest,
  { voter, voter_label, channel }: Vote,
): Promise<string | null> {
  const person = bench.people.find(({ userId }) => voter === `member:${userId}`);
  if (person === undefined) return `${voter_label} is not a member any more.`;
  const { userId, email, role } = person;
  const hindrance = await hindranceOn(deps, bench, { kind: "member", clientId, userId, email, role }, request, channel);
  if (hindrance === null) return null;
  const why: Partial<Record<ProblemCode, string>> = {
    forbidden: `has the role ${role} now, which decides no cases`,
    own_request: "may be deciding their own request",
    not_a_reviewer: "is not among those whom the rule asks for any more",
    member_too_new: "has not been a member for long enough",
  };
  return `${voter_label} ${why[hindrance.code] ?? "may not decide this case any more"}.`;
}

/** Keeps with each approval whether it counts. The caller holds the request's row. @returns whether anything changed */
export async function keepWeights(transaction: Queryable, requestId: string, votes: readonly Vote[]): Promise<boolean> {
  let changed = 0;
  for (const { voter, dropped_because } of votes) {
    changed += await transaction.run(
      `update review_votes set dropped_because = $3
       where request_id = $1 and voter = $2 and dropped_because is distinct from $3`,
      [requestId, voter, dropped_because],
    );
  }
  return changed > 0;
}

/**
 * Keeps one person's approval where the rule asks for two. Approving twice is one approval, and all of them are weighed anew: whoever left
 * or lost their role since counts no more. The caller holds the request's row, so two people at once come one after the other.
 *
 * @returns who approved, once they are enough
 * @throws {ProblemError} `not_a_reviewer` of a stand-in whose absent member has approved · `control_plane_unavailable`
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
  const bench = await readBench(deps, transaction, principal.clientId);
  const votes = await weighVotes(deps, transaction, bench, principal.clientId, request);
  const refused = votes.find(({ voter }) => voter === principalId(principal))?.dropped_because;
  if (refused) throw new ProblemError("not_a_reviewer", `${refused} Somebody else must approve as well.`);
  const hasChanged = await keepWeights(transaction, request.request_id, votes);
  const counting = votes.filter(({ dropped_because }) => dropped_because === null);
  if (counting.length >= approvals) return counting.map((cast) => cast.voter_label);
  if (isNew > 0) {
    await appendEvent(transaction, deps, {
      type: "review.endorsed",
      request,
      decisionStatus: "approved_pending_review",
      reason: decision.review_reason || "Approved by one of two reviewers.",
      actor: label,
      channel,
    });
  }
  if (isNew > 0 || hasChanged) await enqueueReviewEvent(transaction, "review.updated", request.request_id, request.status);
  return "more needed";
}
