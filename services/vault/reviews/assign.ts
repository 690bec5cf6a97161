import { role, roleMay } from "@ledgix/contract/permissions";
import { ProblemError } from "@ledgix/contract/problem";
import type { Database } from "@ledgix/tenancy/database";
import { z } from "zod";
import type { VaultDependencies } from "../dependencies.ts";
import { enqueueReviewEvent } from "../outbox/enqueue.ts";

/**
 * Gives a waiting case to a member, or back to everybody. It says who looks after the case; who may decide it stays the rule's.
 *
 * @throws {ProblemError} `not_found` · `already_decided` · `invalid_body` for somebody who may not decide
 */
export async function assignReview(
  { controlPlane }: Pick<VaultDependencies, "controlPlane">,
  database: Database,
  clientId: string,
  requestId: string,
  assignee: string | null,
): Promise<void> {
  if (assignee !== null) {
    const member = await controlPlane.row(
      z.object({ role }),
      "select role from public.memberships where client_id = $1 and lower(email) = $2",
      [clientId, assignee],
    );
    if (member === null || !roleMay(member.role, "reviews:decide"))
      throw new ProblemError("invalid_body", `${assignee} is no member who decides cases.`);
  }
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
    await transaction.run("update clearance_requests set assignee = $2 where request_id = $1", [requestId, assignee]);
    await enqueueReviewEvent(transaction, "review.updated", requestId, "pending_review");
  });
}
