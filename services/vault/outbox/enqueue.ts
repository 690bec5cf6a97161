import type { JsonObject } from "@ledgix/contract/json";
import type { ReviewEvent } from "@ledgix/contract/review";
import type { Queryable } from "@ledgix/tenancy/database";

/** The channel on which a committed outbox row is announced, with the row's id. */
export const OUTBOX_CHANNEL = "ledgix_outbox";

/** Writes what others must be told, in the transaction of what happened; listeners hear of it when that commits. */
export async function enqueue(
  transaction: Queryable,
  type: string,
  payload: JsonObject,
  requestId: string | null,
): Promise<void> {
  await transaction.run(
    `with row as (insert into outbox (type, request_id, payload) values ($1, $2, $3::json) returning id)
     select pg_notify('${OUTBOX_CHANNEL}', id::text) from row`,
    [type, requestId, JSON.stringify(payload)],
  );
}

/** What happened to a case. The review stream shows these; deliveries go out for them. */
export function enqueueReviewEvent(
  transaction: Queryable,
  type: ReviewEvent["type"] | "review.escalated" | "review.mentioned" | "review.assigned" | "clearance.denied",
  requestId: string,
  status: ReviewEvent["status"],
  more: JsonObject = {},
): Promise<void> {
  return enqueue(transaction, type, { status, ...more }, requestId);
}
