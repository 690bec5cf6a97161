import { clearanceStatus } from "@ledgix/contract/clearance";
import { type ReviewEvent, reviewEventTypes } from "@ledgix/contract/review";
import type { Database } from "@ledgix/tenancy/database";
import { z } from "zod";
import { OUTBOX_CHANNEL } from "../outbox/enqueue.ts";
import { countPending } from "./list.ts";

const outboxRow = z.object({
  id: z.coerce.number(),
  type: z.enum(reviewEventTypes),
  request_id: z.string(),
  payload: z.object({ status: clearanceStatus }),
});
type OutboxRow = z.infer<typeof outboxRow>;
const SELECT_EVENT = `select id, type, request_id, payload from outbox where type in (${reviewEventTypes.map((type) => `'${type}'`).join(", ")})`;

/**
 * Ids are taken before a transaction commits, so an event may commit behind a later id. A stream that resumes goes back by this many
 * ids and may repeat an event; it never misses one.
 */
const OVERLAP = 64;
const CATCH_UP_LIMIT = 1_000;

type Send = (message: { id: string; event: ReviewEvent }) => Promise<void>;

/**
 * Follows the tenant's review events in commit order: first what came after `lastEventId`, then what happens. It listens from the moment
 * that this resolves, and keeps what it hears until there is a reader.
 *
 * @param onFailure Called where an event could not be read or sent: its reader shall come again, after the last event that it saw.
 */
export async function followReviews(
  database: Database,
  lastEventId: number | null,
  onFailure: () => void,
): Promise<{
  /** @param send Awaited one by one; a slow reader holds only its own stream. */
  sendTo(send: Send): Promise<void>;
  stop(): Promise<void>;
}> {
  const reader = Promise.withResolvers<Send>();
  let work: Promise<unknown> = reader.promise;
  let lastSent = lastEventId;
  const sent = new Set<number>();

  async function forward(row: OutboxRow): Promise<void> {
    if (sent.has(row.id)) return;
    sent.add(row.id);
    if (sent.size > CATCH_UP_LIMIT * 2) sent.delete(sent.values().next().value ?? 0);
    lastSent = Math.max(lastSent ?? 0, row.id);
    const event = {
      type: row.type,
      request_id: row.request_id,
      status: row.payload.status,
      total_pending: await countPending(database),
    };
    const send = await reader.promise;
    await send({ id: String(row.id), event });
  }

  async function catchUp(): Promise<void> {
    if (lastSent === null) return;
    const from = Math.max(0, lastSent - OVERLAP);
    const missed = await database.rows(outboxRow, `${SELECT_EVENT} and id > $1 order by id limit $2`, [from, CATCH_UP_LIMIT]);
    for (const row of missed) if (row.id !== lastEventId) await forward(row);
  }

  async function forwardOne(id: number): Promise<void> {
    const row = await database.row(outboxRow, `${SELECT_EVENT} and id = $1`, [id]);
    if (row) await forward(row);
  }

  const stop = await database.listen(OUTBOX_CHANNEL, (payload) => {
    // One after the other.
    work = work.then(() => (payload === null ? catchUp() : forwardOne(Number(payload)))).catch(onFailure);
  });
  return {
    stop,
    async sendTo(send) {
      reader.resolve(send);
      await catchUp().catch(onFailure);
    },
  };
}
