import { z } from "zod";
import { confidenceBucket } from "./confidence.ts";
import { id } from "./id.ts";
import { jsonDepth, jsonObject } from "./json.ts";

/** Bytes of `tool_args` as JSON. */
export const MAX_TOOL_ARGS_BYTES = 256 * 1024;
export const MAX_TOOL_ARGS_DEPTH = 32;

/** Text that PostgreSQL can store: it has no room for U+0000. */
const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => !value.includes("\0"), "must not contain the character U+0000");

/** An explicit null means absent. */
const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);
const withDefault = <T extends z.ZodType, D extends z.output<T>>(schema: T, fallback: () => D) =>
  schema.nullish().transform((value): z.output<T> => value ?? fallback());

const toolArgs = jsonObject
  .refine((args) => jsonDepth(args) <= MAX_TOOL_ARGS_DEPTH, `must not be nested deeper than ${MAX_TOOL_ARGS_DEPTH} levels`)
  .refine(
    (args) => new TextEncoder().encode(JSON.stringify(args)).length <= MAX_TOOL_ARGS_BYTES,
    `must not exceed ${MAX_TOOL_ARGS_BYTES} bytes as JSON`,
  );

/** `POST /request-clearance`. Unknown fields are ignored. */
export const clearanceRequest = z.object({
  tool_name: text(256).min(1),
  tool_args: withDefault(toolArgs, () => ({})),
  agent_id: withDefault(text(256), () => "default-agent"),
  session_id: withDefault(text(256), () => ""),
  context: withDefault(jsonObject, () => ({})),
  human_principal: optional(text(320)),
  parent_jti: optional(text(256)),
  destination_uri: optional(text(2048)),
  destination_provider: optional(text(256)),
  destination_account_ref: optional(text(256)),
  purpose: optional(text(2048)),
  processing_register_ref: optional(text(256)),
  dataset_ref: optional(text(256)),
  data_categories: optional(z.array(text(256)).max(64)),
  client_id: optional(text(64)),
});
export type ClearanceRequest = z.infer<typeof clearanceRequest>;

export const clearanceStatuses = ["processing", "approved", "denied", "pending_review"] as const;
export const clearanceStatus = z.enum(clearanceStatuses);
export type ClearanceStatus = z.infer<typeof clearanceStatus>;

export const decisionStatus = z.enum(["approved", "denied", "approved_pending_review"]);
export type DecisionStatus = z.infer<typeof decisionStatus>;

/** Why a decision is what it is, for machines. */
export const reasonCode = z.enum([
  "rule_allow",
  "rule_deny",
  "rule_review",
  "rule_unreadable",
  "rule_unsure",
  "own_rule",
  "model_allow",
  "model_deny",
  "model_review",
  "citation_invalid",
  "stub_allow",
  "stub_deny",
  "stub_review",
  "no_policy",
  "no_rule",
  "below_threshold",
  "judge_unavailable",
  "human_approved",
  "human_denied",
  "review_expired",
  "cancelled",
  "approval_lapsed",
  "minted",
]);
export type ReasonCode = z.infer<typeof reasonCode>;

/** The answer to a clearance request, the same shape in every state. Exactly four combinations are legal; see `clearanceRow`. */
export const clearanceAnswer = z.object({
  status: clearanceStatus,
  decision_status: decisionStatus,
  requires_manual_review: z.boolean(),
  approved: z.boolean(),
  token: z.string().nullable(),
  reason: z.string(),
  request_id: z.uuid(),
  confidence: z.number().min(0.01).max(0.99),
  minimum_confidence_score: z.number(),
  confidence_bucket: confidenceBucket,
  minimum_confidence_bucket: confidenceBucket,
  policy_version_id: z.string().nullable(),
  policy_content_hash: z.string().nullable(),
  reason_code: z.string().nullable(),
  /** Where a person opens the case in the console: set while paused, where Vault knows the console's address. */
  review_url: z.string().nullable(),
});
export type ClearanceAnswer = z.infer<typeof clearanceAnswer>;

/** The four legal rows of the answer, by status. `processing` says denied, so that a careless caller fails closed. */
export const clearanceRow = {
  processing: { decision_status: "denied", approved: false, requires_manual_review: false },
  approved: { decision_status: "approved", approved: true, requires_manual_review: false },
  denied: { decision_status: "denied", approved: false, requires_manual_review: false },
  pending_review: { decision_status: "approved_pending_review", approved: false, requires_manual_review: true },
} as const satisfies Record<
  ClearanceStatus,
  { decision_status: DecisionStatus; approved: boolean; requires_manual_review: boolean }
>;

/** `POST /mint-token`: a token for an action identical to one that was approved. Of what the request held, what is sent must agree. */
export const mintRequest = clearanceRequest
  .pick({
    tool_name: true,
    tool_args: true,
    agent_id: true,
    session_id: true,
    human_principal: true,
    destination_uri: true,
    purpose: true,
  })
  .extend({
    original_request_id: id,
    policy_id: optional(text(256)),
    policy_version_id: optional(text(256)),
    policy_content_hash: optional(text(256)),
  });
export type MintRequest = z.infer<typeof mintRequest>;

export const mintAnswer = z.object({ token: z.string(), request_id: z.uuid(), reason: z.string() });
export type MintAnswer = z.infer<typeof mintAnswer>;

/** `POST /consume-token`. */
export const consumeRequest = z.object({
  token: z.string().min(1).max(8192),
  tool_name: optional(text(256)),
  tool_args: optional(toolArgs),
});
export type ConsumeRequest = z.infer<typeof consumeRequest>;

/** Claims of an A-JWT. Times are seconds since the epoch. */
export const clearanceClaims = z.object({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  sub: z.literal("clearance"),
  iat: z.number().int(),
  exp: z.number().int(),
  jti: z.string(),
  request_id: z.string(),
  tool: z.string(),
  agent_id: z.string(),
  session_id: z.string(),
  policy_id: z.string(),
  decision: z.literal("yes"),
  tool_args_hash: z.string(),
});
export type ClearanceClaims = z.infer<typeof clearanceClaims>;

export const consumeAnswer = z.object({ valid: z.literal(true), claims: clearanceClaims });
export type ConsumeAnswer = z.infer<typeof consumeAnswer>;
