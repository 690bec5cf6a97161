import type { ThresholdHistory } from "@ledgix/contract/settings";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";

/** Days of a tenant's own requests that a threshold is tried on. */
const HISTORY_DAYS = 90;
const TOOLS_SHOWN = 100;

const bin = z.object({
  confidence: z.number(),
  passed: z.coerce.number(),
  approved: z.coerce.number(),
  denied: z.coerce.number(),
  waiting: z.coerce.number(),
});

/**
 * `GET /review-settings/history`: the requests of the last 90 days that the judge would approve, by its confidence, with what became
 * of them. A threshold decides on these alone: what a rule denies or pauses, it denies or pauses at any threshold.
 */
export async function readThresholdHistory(database: Queryable, tool: string | undefined): Promise<ThresholdHistory> {
  const bins = await database.rows(
    bin,
    `select round(confidence::numeric, 2)::double precision as confidence,
       count(*) filter (where paused_at is null) as passed,
       count(*) filter (where paused_at is not null and reason_code in ('human_approved', 'approval_lapsed')) as approved,
       count(*) filter (where reason_code = 'human_denied') as denied,
       count(*) filter (where paused_at is not null and reason_code not in ('human_approved', 'approval_lapsed', 'human_denied')) as waiting
     from clearance_requests
     where requested_at > now() - make_interval(days => ${HISTORY_DAYS}) and ($1::text is null or tool_name = $1)
       and (pause_reason_code = 'below_threshold' or (paused_at is null and (status = 'approved' or reason_code = 'approval_lapsed')))
     group by 1 order by 1`,
    [tool ?? null],
  );
  const tools = await database.rows(
    z.object({ tool: z.string(), requests: z.coerce.number() }),
    `select tool_name as tool, count(*) as requests from clearance_requests
     where requested_at > now() - make_interval(days => ${HISTORY_DAYS}) group by 1 order by 2 desc, 1 limit ${TOOLS_SHOWN}`,
  );
  return { days: HISTORY_DAYS, bins, tools };
}
