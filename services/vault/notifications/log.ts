import { type Delivery, delivery } from "@ledgix/contract/notifications";
import { ProblemError } from "@ledgix/contract/problem";
import type { Parameter, Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { OUTBOX_CHANNEL } from "../outbox/enqueue.ts";
import { GIVE_UP_SECONDS } from "./plan.ts";

const deliveryRow = delivery.extend({
  position: z.coerce.number(),
  not_before: z.date(),
  created_at: z.date(),
  settled_at: z.date().nullable(),
});
const COLUMNS = Object.keys(deliveryRow.shape).join(", ");

export type DeliveryFilter = {
  status?: string | undefined;
  channel?: string | undefined;
  target?: string | undefined;
  request_id?: string | undefined;
};

/** `GET /deliveries`: who was told of what, newest first. */
export async function listDeliveries(
  database: Queryable,
  filter: DeliveryFilter,
  page: { limit: number; before: number | null },
): Promise<{ deliveries: Delivery[]; next_cursor: string | null }> {
  const parameters: Parameter[] = [page.before ?? Number.MAX_SAFE_INTEGER];
  const parts = ["position < $1"];
  for (const name of ["status", "channel", "target", "request_id"] as const) {
    const value = filter[name];
    if (value === undefined) continue;
    parameters.push(value);
    parts.push(`${name} = $${parameters.length}`);
  }
  parameters.push(page.limit + 1);
  const rows = await database.rows(
    deliveryRow,
    `select ${COLUMNS} from deliveries where ${parts.join(" and ")} order by position desc limit $${parameters.length}`,
    parameters,
  );
  const shown = rows.slice(0, page.limit);
  return {
    deliveries: shown.map(({ position: _, not_before, created_at, settled_at, ...row }) => ({
      ...row,
      not_before: not_before.toISOString(),
      created_at: created_at.toISOString(),
      settled_at: settled_at?.toISOString() ?? null,
    })),
    next_cursor: rows.length > page.limit ? String(shown.at(-1)?.position) : null,
  };
}

/** Sends a delivery again, now, whatever became of it: the same message under the same id. @throws {ProblemError} `not_found` */
export async function resendDelivery(database: Queryable, deliveryId: string, now: Date): Promise<void> {
  const changed = z.uuid().safeParse(deliveryId).success
    ? await database.run(
        `update deliveries set status = 'waiting', settled_at = null, not_before = $2, give_up_at = $3
         where delivery_id = $1 and outbox_id is not null`,
        [deliveryId, now, new Date(now.getTime() + GIVE_UP_SECONDS * 1000)],
      )
    : 0;
  if (changed === 0) throw new ProblemError("not_found", "There is no delivery of this id to send again.");
  await database.run(`select pg_notify('${OUTBOX_CHANNEL}', '0')`);
}
