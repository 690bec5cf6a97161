import { compared, recordedColumns } from "@ledgix/contract/call-record";
import { jsonObject } from "@ledgix/contract/json";
import { citation } from "@ledgix/contract/judge";
import { reviewRule } from "@ledgix/contract/review-rules";
import { z } from "zod";

/** The columns of a request, as they are stored. What is read goes through `storedRequest`. */
export const requestRow = z.object({
  ...recordedColumns,
  request_id: z.string(),
  principal: z.string(),
  principal_label: z.string(),
  body_hash: z.string(),
  context: jsonObject,
  human_principal: z.string().nullable(),
  destination_uri: z.string().nullable(),
  destination_provider: z.string().nullable(),
  destination_account_ref: z.string().nullable(),
  purpose: z.string().nullable(),
  data_categories: z.array(z.string()),
  requested_at: z.date(),
  reason: z.string(),
  reason_code: z.string().nullable(),
  confidence: z.number(),
  confidence_basis: z.string(),
  minimum_confidence_score: z.number(),
  policy_id: z.string().nullable(),
  policy_version_id: z.string().nullable(),
  policy_content_hash: z.string().nullable(),
  /** Of what governed the call when it was judged; null where nobody knows. */
  governing_hash: z.string().nullable(),
  /** Approved by a rule that counts. */
  is_counted: z.boolean(),
  citations: z.array(citation),
  amount: z.number().nullable(),
  currency: z.string().nullable(),
  paused_at: z.date().nullable(),
  pause_reason: z.string().nullable(),
  pause_reason_code: z.string().nullable(),
  /** The rule as it stood when the request paused. */
  review_rule: reviewRule.nullable(),
  assignee: z.string().nullable(),
  due_at: z.date().nullable(),
  escalated_at: z.date().nullable(),
  decided_at: z.date().nullable(),
  decided_by: z.string().nullable(),
  decided_by_label: z.string().nullable(),
  review_reason: z.string().nullable(),
  token_issued_at: z.coerce.number().nullable(),
  traceparent: z.string().nullable(),
  redacted_by: z.string().nullable(),
});

/** A row of `clearance_requests`, compared with its own hashes: `record` says whether anybody may go by it. */
export const storedRequest = requestRow.transform(compared);
export type StoredRequest = z.output<typeof storedRequest>;

/** The columns of `requestRow`, for a select list. */
export const REQUEST_COLUMNS = Object.keys(requestRow.shape).join(", ");
