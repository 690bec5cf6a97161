import { destinationOf } from "@ledgix/contract/destination";
import { jsonObject } from "@ledgix/contract/json";
import type { EvaluateRequest } from "@ledgix/contract/judge";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";

export const pastRequest = z.object({
  request_id: z.string(),
  tool_name: z.string(),
  tool_args: jsonObject,
  agent_id: z.string(),
  context: jsonObject,
  human_principal: z.string().nullable(),
  destination_uri: z.string().nullable(),
  destination_provider: z.string().nullable(),
  purpose: z.string().nullable(),
  data_categories: z.array(z.string()),
  requested_at: z.date(),
  paused_at: z.date().nullable(),
  status: z.enum(["processing", "approved", "denied", "pending_review"]),
});
export type PastRequest = z.infer<typeof pastRequest>;
export const PAST_COLUMNS = Object.keys(pastRequest.shape).join(", ");

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
export function recentRequests(database: Queryable, tools: string[], limit: number): Promise<PastRequest[]> {
  return database.rows(
    pastRequest,
    `select ${PAST_COLUMNS} from clearance_requests where (cardinality($1::text[]) = 0 or tool_name = any($1)) and status <> 'processing'
     order by requested_at desc limit $2`,
    [tools, limit],
  );
}
