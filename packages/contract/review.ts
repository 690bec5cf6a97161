import { z } from "zod";
import { clearanceStatus } from "./clearance.ts";
import { jsonObject } from "./json.ts";
import { citation } from "./judge.ts";

/** A paused request as a row of the queue. */
export const reviewSummary = z.object({
  request_id: z.string(),
  status: clearanceStatus,
  tool_name: z.string(),
  tool_args: jsonObject,
  agent_id: z.string(),
  session_id: z.string(),
  human_principal: z.string().nullable(),
  reason: z.string(),
  reason_code: z.string(),
  confidence: z.number(),
  minimum_confidence_score: z.number(),
  policy_id: z.string().nullable(),
  requested_at: z.string(),
  paused_at: z.string(),
  decided_at: z.string().nullable(),
  decided_by: z.string().nullable(),
});
export type ReviewSummary = z.infer<typeof reviewSummary>;

/** `GET /reviews`: newest paused first. */
export const reviewList = z.object({
  reviews: z.array(reviewSummary),
  next_cursor: z.string().nullable(),
  total_pending: z.number().int(),
});
export type ReviewList = z.infer<typeof reviewList>;

export const timelineEntry = z.object({
  event_uuid: z.string(),
  type: z.string(),
  at: z.string(),
  actor: z.string().nullable(),
  channel: z.string().nullable(),
  reason: z.string(),
});

export const similarDecision = z.object({
  request_id: z.string(),
  tool_args: jsonObject,
  agent_id: z.string(),
  status: clearanceStatus,
  decided_by: z.string().nullable(),
  decided_at: z.string(),
  review_reason: z.string().nullable(),
});

/** `GET /reviews/{request_id}`: everything that a reviewer needs to decide. */
export const reviewCase = reviewSummary.extend({
  review_reason: z.string().nullable(),
  requested_by: z.string(),
  destination: z.object({ provider: z.string().nullable(), uri: z.string().nullable(), account_ref: z.string().nullable() }),
  purpose: z.string().nullable(),
  data_categories: z.array(z.string()),
  context: jsonObject,
  policy_version_id: z.string().nullable(),
  policy_changed: z.boolean(),
  citations: z.array(citation),
  timeline: z.array(timelineEntry),
  similar: z.array(similarDecision),
});
export type ReviewCase = z.infer<typeof reviewCase>;

/** `POST /reviews/{request_id}/decision`. */
export const reviewDecision = z.object({
  approved: z.boolean(),
  review_reason: z
    .string()
    .max(4096)
    .refine((value) => !value.includes("\0"), "must not contain the character U+0000")
    .nullish()
    .transform((value) => value ?? ""),
});
export type ReviewDecision = z.infer<typeof reviewDecision>;

export const reviewEventTypes = ["review.pending", "review.decided", "review.expired", "review.updated"] as const;
/** One message of `GET /reviews/stream`. */
export const reviewEvent = z.object({
  type: z.enum(reviewEventTypes),
  request_id: z.string(),
  status: clearanceStatus,
  total_pending: z.number().int(),
});
export type ReviewEvent = z.infer<typeof reviewEvent>;
