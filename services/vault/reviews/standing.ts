import { ProblemError } from "@ledgix/contract/problem";
import { defaultReviewRule } from "@ledgix/contract/review-rules";
import type { Queryable } from "@ledgix/tenancy/database";
import type { Principal } from "../access/principal.ts";
import type { StoredRequest } from "../clearance/stored-request.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { passedOver } from "../people/reviewers.ts";
import { channelOf, hindranceOn, readBench } from "./hindrance.ts";
import { readVotes, type Vote, weighVotes } from "./vote.ts";

/** How a case stands to its reader: why they may not decide it, whose approvals count, and who is passed over. */
export type Standing = { hindrance: ProblemError | null; votes: Vote[]; passedOver: string[] };

/** What is waiting is weighed as of now, what is decided shown as it was. Without the control plane nobody may decide, and it says so. */
export async function standingOf(
  deps: Pick<VaultDependencies, "controlPlane" | "now">,
  database: Queryable,
  principal: Principal,
  request: StoredRequest,
): Promise<Standing> {
  try {
    const bench = await readBench(deps, database, principal.clientId);
    const hindrance = await hindranceOn(deps, bench, principal, request, channelOf(principal));
    if (request.status !== "pending_review")
      return { hindrance, votes: await readVotes(database, request.request_id), passedOver: [] };
    return {
      hindrance,
      votes: await weighVotes(deps, database, bench, principal.clientId, request),
      passedOver: passedOver(request.review_rule ?? defaultReviewRule, request.escalated_at !== null, bench.people),
    };
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== "control_plane_unavailable") throw error;
    return { hindrance: error, votes: await readVotes(database, request.request_id), passedOver: [] };
  }
}
