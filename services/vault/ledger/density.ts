import type { LedgerDensity } from "@ledgix/contract/ledger";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { conditions, type EntryFilter } from "./list.ts";

/** Columns of the chart, at most. */
const BUCKETS = 60;
/** Round widths that a bucket may have, in seconds: from a second to 90 days. */
const WIDTHS = [1, 5, 15, 60, 300, 900, 3_600, 14_400, 43_200, 86_400, 604_800, 2_592_000, 7_776_000];

/** How many entries the filters find, over time, in buckets of one round width. */
export async function readDensity(database: Queryable, filter: EntryFilter): Promise<LedgerDensity> {
  const { where, parameters } = conditions(filter);
  const range = await database.row(
    z.object({ total: z.coerce.number(), first_at: z.string().nullable(), last_at: z.string().nullable() }),
    `select count(*) as total, min(e.accepted_at) as first_at, max(e.accepted_at) as last_at from ledger_events e where ${where}`,
    parameters,
  );
  const { total = 0, first_at = null, last_at = null } = range ?? {};
  if (first_at === null || last_at === null) return { total: 0, first_at, last_at, bucket_seconds: 0, buckets: [] };
  const span = (Date.parse(last_at) - Date.parse(first_at)) / 1000;
  const width = WIDTHS.find((seconds) => span / seconds < BUCKETS) ?? WIDTHS.at(-1) ?? 1;
  const buckets = await database.rows(
    z.object({ at: z.coerce.number(), approved: z.coerce.number(), denied: z.coerce.number(), paused: z.coerce.number() }),
    `select floor(extract(epoch from e.accepted_at::timestamptz) / ${width}) * ${width} as at,
       count(*) filter (where e.decision_status = 'approved') as approved,
       count(*) filter (where e.decision_status = 'denied') as denied,
       count(*) filter (where e.decision_status = 'approved_pending_review') as paused
     from ledger_events e where ${where} group by 1 order by 1`,
    parameters,
  );
  return {
    total,
    first_at,
    last_at,
    bucket_seconds: width,
    buckets: buckets.map(({ at, ...counts }) => ({ at: new Date(at * 1000).toISOString(), ...counts })),
  };
}
