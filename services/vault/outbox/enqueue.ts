import type { ReviewEvent } from "@ledgix/contract/review";
import type { Queryable } from "@ledgix/tenancy/database";

/** The channel on which a committed outbox row is announced, with the row's id. */
export const OUTBOX_CHANNEL = "ledgix_outbox";

/** Writes what others must be told, in the transaction of what happened; listeners hear of it when that commits. */
export async function enqueueReviewEvent(
  transaction: Queryable,
  type: ReviewEvent["type"],
  requestId: string,
  status: ReviewEvent["status"],
): Promise<void> {
  await transaction.run(
    `with row as (insert into outbox (type, request_id, payload) values ($1, $2, $3::json) returning id)
     select pg_notify('${OUTBOX_CHANNEL}', id::text) from row`,
    [type, requestId, JSON.stringify({ status })],
  );
}
