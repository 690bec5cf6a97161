import { compared } from "@ledgix/contract/call-record";
import type { ReviewList, ReviewSummary } from "@ledgix/contract/review";
import type { Parameter, Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { tellMismatches } from "../clearance/content-match.ts";
import { REQUEST_COLUMNS, requestRow, type StoredRequest } from "../clearance/stored-request.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { readCursor, writeCursor } from "./cursor.ts";

export type ReviewQuery = {
  status: "pending_review" | "approved" | "denied" | "all";
  tool?: string | undefined;
  agent?: string | undefined;
  policy?: string | undefined;
  principal?: string | undefined;
  assignee?: string | undefined;
  older_than?: number | undefined;
  amount_min?: number | undefined;
  amount_max?: number | undefined;
  q?: string | undefined;
  sort: "newest" | "oldest";
  cursor?: string | undefined;
  limit: number;
};

const SEARCHED = "to_tsvector('simple', tool_name || ' ' || agent_id || ' ' || principal_label || ' ' || tool_args::text)";
const VOTES =
  "(select count(*)::integer from review_votes v where v.request_id = r.request_id and v.dropped_because is null) as votes";
/** The columns of a row of the queue; the request is `r`. */
export const SUMMARY_COLUMNS = `${REQUEST_COLUMNS}, ${VOTES}`;
const summaryColumns = requestRow.extend({ votes: z.number() });
export const summaryRow = summaryColumns.transform(compared);

/**
 * `GET /reviews`: what was paused, a page at a time by the place of its last row.
 *
 * @param caller The address that `assignee=me` stands for.
 */
export async function listReviews(
  deps: Pick<VaultDependencies, "log" | "metrics">,
  database: Queryable,
  query: ReviewQuery,
  caller: string,
): Promise<ReviewList> {
  const parameters: Parameter[] = [];
  const parts = ["paused_at is not null"];
  const add = (value: Parameter | undefined, condition: (placeholder: string) => string) => {
    if (value === undefined) return;
    parameters.push(value);
    parts.push(condition(`$${parameters.length}`));
  };
  // Written out, so that the planner sees that the partial index of pending cases serves.
  if (query.status === "pending_review") parts.push("status = 'pending_review'");
  else if (query.status !== "all") add(query.status, (p) => `status = ${p}`);
  add(query.tool, (p) => `tool_name = ${p}`);
  add(query.agent, (p) => `agent_id = ${p}`);
  add(query.policy, (p) => `policy_id = ${p}`);
  add(query.principal, (p) => `(human_principal = ${p} or principal_label = ${p})`);
  if (query.assignee === "none") parts.push("assignee is null");
  else add(query.assignee === "me" ? caller : query.assignee, (p) => `assignee = ${p}`);
  add(query.older_than, (p) => `paused_at < now() - make_interval(secs => ${p})`);
  add(query.amount_min, (p) => `amount >= ${p}`);
  add(query.amount_max, (p) => `amount <= ${p}`);
  add(query.q, (p) => `${SEARCHED} @@ review_search(${p})`);
  const cursor = query.cursor === undefined ? null : readCursor(query.cursor);
  if (cursor) {
    parameters.push(cursor.at, cursor.id);
    parts.push(
      `(paused_at, request_id) ${query.sort === "newest" ? "<" : ">"} ($${parameters.length - 1}::timestamptz, $${parameters.length}::uuid)`,
    );
  }
  parameters.push(query.limit + 1);
  const direction = query.sort === "newest" ? "desc" : "asc";
  const rows = await database.rows(
    // The cursor keeps PostgreSQL's microseconds, which a Date would lose, and with them a row.
    summaryColumns.extend({ paused_at_exact: z.string() }).transform(compared),
    `select ${SUMMARY_COLUMNS}, to_char(paused_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as paused_at_exact
     from clearance_requests r where ${parts.join(" and ")}
     order by paused_at ${direction}, request_id ${direction} limit $${parameters.length}`,
    parameters,
  );
  const page = rows.slice(0, query.limit);
  tellMismatches(deps, page);
  const last = page.at(-1);
  return {
    reviews: page.map(toSummary),
    next_cursor: rows.length > query.limit && last ? writeCursor({ at: last.paused_at_exact, id: last.request_id }) : null,
    total_pending: await countPending(database),
  };
}

export async function countPending(database: Queryable): Promise<number> {
  const row = await database.row(z.object({ pending: z.coerce.number() }), "select sum(pending) as pending from pending_counts");
  return row?.pending ?? 0;
}

export function toSummary(request: StoredRequest & { votes: number }): ReviewSummary {
  return {
    request_id: request.request_id,
    status: request.status,
    tool_name: request.tool_name,
    tool_args: request.tool_args,
    agent_id: request.agent_id,
    session_id: request.session_id,
    human_principal: request.human_principal,
    // A decision replaces the request's reason; the case goes on saying why it paused.
    reason: request.pause_reason ?? request.reason,
    reason_code: request.pause_reason_code ?? request.reason_code ?? "",
    confidence: request.confidence,
    minimum_confidence_score: request.minimum_confidence_score,
    policy_id: request.policy_id,
    requested_at: request.requested_at.toISOString(),
    paused_at: (request.paused_at ?? request.requested_at).toISOString(),
    decided_at: request.decided_at?.toISOString() ?? null,
    decided_by: request.decided_by_label,
    assignee: request.assignee,
    due_at: request.due_at?.toISOString() ?? null,
    escalated_at: request.escalated_at?.toISOString() ?? null,
    approvals: request.votes,
    approvals_needed: request.review_rule?.approvals ?? 1,
    redacted_at: request.redacted_at?.toISOString() ?? null,
    is_mismatched: request.record === "mismatched",
  };
}
