import { compared, recordedColumns } from "@ledgix/contract/call-record";
import { destinationOf } from "@ledgix/contract/destination";
import { jsonObject } from "@ledgix/contract/json";
import type { EvaluateRequest } from "@ledgix/contract/judge";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";

const pastRow = z.object({
  ...recordedColumns,
  request_id: z.string(),
  context: jsonObject,
  human_principal: z.string().nullable(),
  destination_uri: z.string().nullable(),
  destination_provider: z.string().nullable(),
  purpose: z.string().nullable(),
  data_categories: z.array(z.string()),
  requested_at: z.date(),
  paused_at: z.date().nullable(),
});
/** Compared with its own hashes: what does not match them was never asked, and what was redacted says nothing. */
export const pastRequest = pastRow.transform(compared);
export type PastRequest = z.output<typeof pastRequest>;
export const PAST_COLUMNS = Object.keys(pastRow.shape).join(", ");

/** A past request as the judge would be asked about it. */
export function callOf(past: PastRequest): Omit<EvaluateRequest, "client_id" | "request_id" | "session_id"> {
  return {
    tool_name: past.tool_name,
    tool_args: past.tool_args,
    agent_id: past.agent_id,
    context: past.context,
    human_principal: past.human_principal,
    destination: destinationOf(past.destination_uri, past.destination_provider),
    ...(past.purpose !== null && { purpose: past.purpose }),
    data_categories: past.data_categories,
    at: past.requested_at.toISOString(),
  };
}

/** The newest requests of these tools, or of all. */
export async function recentRequests(database: Queryable, tools: string[], limit: number): Promise<PastRequest[]> {
  const rows = await database.rows(
    pastRequest,
    `select ${PAST_COLUMNS} from clearance_requests where (cardinality($1::text[]) = 0 or tool_name = any($1)) and status <> 'processing'
     order by requested_at desc limit $2`,
    [tools, limit],
  );
  return rows.filter(({ record }) => record === "intact");
}
