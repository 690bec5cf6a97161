import type { InsightRow, Insights } from "@ledgix/contract/insights";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";

const ROWS = 20;
/** Decisions from which on approving everything is worth a look. */
const MANY_DECISIONS = 10;
/** Pauses in the newer half from which on a rise is one, and how many times the older half's they must be. */
const RISING_FROM = 5;
const RISING_FACTOR = 2;

const count = z.coerce.number();
const seconds = z.number().nullable();
const WITHIN = "requested_at > now() - make_interval(days => $1) and status <> 'processing'";
const OUTCOMES = `
  count(*) as requests,
  count(*) filter (where paused_at is null and (status = 'approved' or reason_code = 'approval_lapsed')) as passed,
  count(*) filter (where paused_at is null and status = 'denied' and reason_code <> 'approval_lapsed') as denied,
  count(*) filter (where paused_at is not null) as paused`;
/** Seconds from the pause to a person's decision. Deadlines and cancellations are nobody's speed. */
const percentile = (share: number) =>
  `percentile_cont(${share}) within group (order by extract(epoch from decided_at - paused_at)::double precision)
     filter (where paused_at is not null and decided_by is not null and reason_code <> 'cancelled')`;
const TIMES = `${percentile(0.5)} as p50, ${percentile(0.95)} as p95`;

/** What the tenant's agents asked for in the last days, what passed, who decided and how fast. Keys and members read the same. */
export async function readInsights(database: Queryable, days: number): Promise<Insights> {
  const totals = await database.row(
    z.object({
      requests: count,
      passed: count,
      denied: count,
      paused: count,
      human_approved: count,
      human_denied: count,
      unanswered: count,
      waiting: count,
      p50: seconds,
      p95: seconds,
    }),
    `select ${OUTCOMES}, ${TIMES},
       count(*) filter (where reason_code = 'human_approved' or (paused_at is not null and reason_code = 'approval_lapsed')) as human_approved,
       count(*) filter (where reason_code = 'human_denied') as human_denied,
       count(*) filter (where reason_code = 'review_expired') as unanswered,
       count(*) filter (where status = 'pending_review') as waiting
     from clearance_requests where ${WITHIN}`,
    [days],
  );
  const series = await database.rows(
    z.object({ day: z.string(), passed: count, denied: count, paused: count }),
    `select to_char(requested_at at time zone 'utc', 'YYYY-MM-DD') as day, ${OUTCOMES} from clearance_requests where ${WITHIN} group by 1 order by 1`,
    [days],
  );
  const reviewers = await database.rows(
    z.object({ name: z.string(), approved: count, denied: count, p50: seconds, p95: seconds }),
    `select decided_by_label as name, count(*) filter (where reason_code <> 'human_denied') as approved,
       count(*) filter (where reason_code = 'human_denied') as denied, ${TIMES}
     from clearance_requests where ${WITHIN} and paused_at is not null and decided_by is not null and reason_code <> 'cancelled'
     group by 1 order by count(*) desc, 1 limit ${ROWS}`,
    [days],
  );
  const rising = await database.rows(
    z.object({ tool: z.string(), before: count, after: count }),
    `select * from (
       select tool_name as tool,
         count(*) filter (where requested_at <= now() - make_interval(secs => $1 * 43200)) as before,
         count(*) filter (where requested_at > now() - make_interval(secs => $1 * 43200)) as after
       from clearance_requests where ${WITHIN} and paused_at is not null group by 1) as halves
     where after >= ${RISING_FROM} and after >= ${RISING_FACTOR} * before order by after - before desc limit 5`,
    [days],
  );
  return {
    days,
    ...(totals ?? {
      requests: 0,
      passed: 0,
      denied: 0,
      paused: 0,
      human_approved: 0,
      human_denied: 0,
      unanswered: 0,
      waiting: 0,
      p50: null,
      p95: null,
    }),
    series,
    tools: await rowsBy(database, "tool_name", days),
    agents: await rowsBy(database, "agent_id", days),
    policies: await rowsBy(database, "coalesce(policy_id, 'no policy')", days),
    reviewers,
    rising,
    approve_everything: reviewers
      .filter(({ approved, denied }) => denied === 0 && approved >= MANY_DECISIONS)
      .map(({ name, approved }) => ({ name, approved })),
  };
}

function rowsBy(database: Queryable, column: string, days: number): Promise<InsightRow[]> {
  return database.rows(
    z.object({ name: z.string(), requests: count, passed: count, denied: count, paused: count, p50: seconds, p95: seconds }),
    `select ${column} as name, ${OUTCOMES}, ${TIMES} from clearance_requests where ${WITHIN} group by 1 order by count(*) desc, 1 limit ${ROWS}`,
    [days],
  );
}
