import { ProblemError } from "@ledgix/contract/problem";
import type { Database } from "@ledgix/tenancy/database";
import { z } from "zod";
import type { VaultDependencies } from "../dependencies.ts";
import { enqueueReviewEvent } from "../outbox/enqueue.ts";
import { plainAddress } from "../people/address.ts";
import { readPeople, unfitness } from "../people/directory.ts";

/**
 * Gives a waiting case to a member, or back to everybody. It says who looks after the case; who may decide it stays the rule's.
 *
 * @throws {ProblemError} `not_found` · `already_decided` · `invalid_body` for somebody who may not decide
 */
export async function assignReview(
  deps: Pick<VaultDependencies, "controlPlane">,
  database: Database,
  clientId: string,
  requestId: string,
  assignee: string | null,
): Promise<void> {
  const address = assignee && plainAddress(assignee);
  const unfit = address && unfitness(await readPeople(deps, clientId), address);
  if (unfit) throw new ProblemError("invalid_body", `${unfit} Give the case to a member who decides.`);
  await database.transaction(async (transaction) => {
    const row = z.uuid().safeParse(requestId).success
      ? await transaction.row(
          z.object({ status: z.string() }),
          "select status from clearance_requests where request_id = $1 and paused_at is not null for update",
          [requestId],
        )
      : null;
    if (row === null) throw new ProblemError("not_found", "There is no case of this id.");
    if (row.status !== "pending_review") throw new ProblemError("already_decided", "This case is decided already.");
    await transaction.run("update clearance_requests set assignee = $2 where request_id = $1", [requestId, address]);
    await enqueueReviewEvent(transaction, "review.updated", requestId, "pending_review");
  });
}
