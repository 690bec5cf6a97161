import { z } from "zod";
import { clearanceStatus } from "./clearance.ts";
import { id } from "./id.ts";
import { jsonObject } from "./json.ts";
import { citation } from "./judge.ts";
import { holdsApiKey, KEY_IN_TEXT } from "./key-in-text.ts";
import { memberEmail, reviewRule } from "./review-rules.ts";

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
  /** The member who took the case, or was given it. */
  assignee: z.string().nullable(),
  /** When it escalates or is denied; null where it waits for ever. */
  due_at: z.string().nullable(),
  escalated_at: z.string().nullable(),
  /** How many approvals it has, of how many. */
  approvals: z.number().int(),
  approvals_needed: z.number().int(),
  /** When an owner destroyed what the request said; its texts are empty since. */
  redacted_at: z.string().nullable(),
  /** The stored content is not what was asked: its arguments are left out, and it can only be denied. */
  is_mismatched: z.boolean().default(false),
});
export type ReviewSummary = z.infer<typeof reviewSummary>;

/** `GET /reviews`: newest paused first. */
export const reviewList = z.object({
  reviews: z.array(reviewSummary),
  next_cursor: z.string().nullable(),
  total_pending: z.number().int(),
});
export type ReviewList = z.infer<typeof reviewList>;

/** What the list of reviews can be narrowed and sorted by, as query parameters. */
export const reviewFilterNames = [
  "status",
  "tool",
  "agent",
  "policy",
  "principal",
  "assignee",
  "older_than",
  "amount_min",
  "amount_max",
  "q",
  "sort",
] as const;

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

/** One person's approval where a rule asks for two. */
export const reviewVote = z.object({
  by: z.string(),
  at: z.string(),
  channel: z.string(),
  reason: z.string().nullable(),
  /** Why it counts no more, in a sentence; null while it counts. */
  not_counting: z.string().nullable(),
});

export const reviewComment = z.object({
  comment_id: z.string(),
  author: z.string(),
  text: z.string(),
  mentions: z.array(z.string()),
  at: z.string(),
});
export type ReviewComment = z.infer<typeof reviewComment>;

/** `GET /reviews/{request_id}`: everything that a reviewer needs to decide. */
export const reviewCase = reviewSummary.extend({
  /** How the confidence was made up, in words. */
  confidence_basis: z.string(),
  review_reason: z.string().nullable(),
  redacted_by: z.string().nullable(),
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
  /** The last call of this tool that was approved, to compare with. */
  last_approved: similarDecision.nullable(),
  /** The rule as it stood when the request paused. */
  rule: reviewRule,
  /** Whom the rule names and who may not decide now, and what follows, in sentences. Empty once it is decided. */
  passed_over: z.array(z.string()),
  votes: z.array(reviewVote),
  comments: z.array(reviewComment),
  /** Why the caller may not decide this case; null where they may. */
  hindrance: z.object({ code: z.string(), detail: z.string() }).nullable(),
});
export type ReviewCase = z.infer<typeof reviewCase>;

const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => !value.includes("\0"), "must not contain the character U+0000")
    .refine((value) => !holdsApiKey(value), KEY_IN_TEXT);
const reviewReason = text(4096)
  .nullish()
  .transform((value) => value ?? "");

/** What a person decides by says these things and nothing else, so that nobody believes to have decided more. */
const exactly = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `has no place for ${(issue.keys ?? []).slice(0, 5).join(", ").slice(0, 200)}: leave it out, since it would change nothing`
        : undefined,
  });

/** `POST /reviews/{request_id}/decision`. A decision is about exactly what was asked, so any other member is refused. */
export const reviewDecision = exactly({ approved: z.boolean(), review_reason: reviewReason });
export type ReviewDecision = z.infer<typeof reviewDecision>;

/** Cases that one call decides at most. */
export const MAX_BATCH = 200;

/** `POST /reviews/decisions`: the same decision on several cases. */
export const batchDecision = reviewDecision.extend({ request_ids: z.array(id).min(1).max(MAX_BATCH) });
export type BatchDecision = z.infer<typeof batchDecision>;

/** What became of each case, in the order of the call. `detail` says why one was not decided. */
export const batchResult = z.object({
  results: z.array(
    z.object({ request_id: z.string(), ok: z.boolean(), status: clearanceStatus.nullable(), detail: z.string().nullable() }),
  ),
});
export type BatchResult = z.infer<typeof batchResult>;

/** `PUT /reviews/{request_id}/assignment`: null gives the case back to everybody. */
export const reviewAssignment = exactly({ assignee: memberEmail.nullable() });

/** `POST /reviews/{request_id}/comments`. Members are mentioned as `@address`. */
export const newComment = exactly({
  text: text(4096)
    .transform((value) => value.trim())
    .pipe(z.string().min(1)),
});

/** A filter of the queue that has a name: `query` is the query string of `GET /reviews`. */
export const savedView = z.object({
  view_id: z.string(),
  name: z.string(),
  query: z.string(),
  is_shared: z.boolean(),
  owner: z.string(),
  is_own: z.boolean(),
});
export type SavedView = z.infer<typeof savedView>;
export const savedViews = z.object({ views: z.array(savedView) });
/** `POST /review-views`. */
export const newSavedView = exactly({
  name: text(80)
    .transform((value) => value.trim())
    .pipe(z.string().min(1)),
  query: text(1024),
  is_shared: z.boolean().default(false),
});

/** While a member is away: who stands in for them, if anybody. */
export const absence = z.object({ member: z.string(), delegate: z.string().nullable(), from: z.string(), until: z.string() });
export const absences = z.object({ absences: z.array(absence) });
/** `PUT /absence`: the caller's own. Null ends it. */
export const absenceUpdate = exactly({
  absence: exactly({ delegate: memberEmail.nullable(), from: z.iso.datetime(), until: z.iso.datetime() }).nullable(),
});

export const reviewEventTypes = ["review.pending", "review.decided", "review.expired", "review.updated"] as const;
/** One message of `GET /reviews/stream`. */
export const reviewEvent = z.object({
  type: z.enum(reviewEventTypes),
  request_id: z.string(),
  status: clearanceStatus,
  total_pending: z.number().int(),
});
export type ReviewEvent = z.infer<typeof reviewEvent>;
