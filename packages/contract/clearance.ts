import { z } from "zod";
import { confidenceBucket } from "./confidence.ts";
import { id } from "./id.ts";
import { jsonDepth, jsonObject } from "./json.ts";
import { agentId, lineText, plainText, sessionId, toolName } from "./names.ts";

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

/** What a caller says of itself and of its call, beside the arguments. */
const claims = {
  human_principal: lineText(320),
  parent_jti: lineText(256),
  destination_uri: lineText(2048),
  destination_provider: lineText(256),
  destination_account_ref: lineText(256),
  purpose: plainText(2048),
  processing_register_ref: lineText(256),
  dataset_ref: lineText(256),
  data_categories: z.array(lineText(256)).max(64),
};

/** `POST /request-clearance`. Unknown fields are ignored. */
export const clearanceRequest = z.object({
  tool_name: toolName,
  tool_args: withDefault(toolArgs, () => ({})),
  agent_id: withDefault(agentId, () => "default-agent"),
  session_id: withDefault(sessionId, () => ""),
  context: withDefault(jsonObject, () => ({})),
  human_principal: optional(claims.human_principal),
  parent_jti: optional(claims.parent_jti),
  destination_uri: optional(claims.destination_uri),
  destination_provider: optional(claims.destination_provider),
  destination_account_ref: optional(claims.destination_account_ref),
  purpose: optional(claims.purpose),
  processing_register_ref: optional(claims.processing_register_ref),
  dataset_ref: optional(claims.dataset_ref),
  data_categories: optional(claims.data_categories),
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
  "content_mismatch",
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

/** In a mint's body `""`, `[]` and `null` mean of every field that it was not sent. */
const sent = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .union([z.literal(""), z.array(z.never()).max(0), schema])
    .nullish()
    .transform((value): z.output<Schema> | undefined => (isNothing(value) ? undefined : value));

function isNothing(value: unknown): value is "" | never[] | null | undefined {
  return value === "" || value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}

/**
 * `POST /mint-token`: a token for an action identical to one that was approved. What is not sent is as it was in the original, but for the
 * arguments: those are what is signed.
 */
export const mintRequest = z.object({
  original_request_id: id,
  tool_name: toolName,
  tool_args: sent(toolArgs),
  agent_id: sent(agentId),
  session_id: sent(sessionId),
  context: sent(jsonObject),
  human_principal: sent(claims.human_principal),
  parent_jti: sent(claims.parent_jti),
  destination_uri: sent(claims.destination_uri),
  destination_provider: sent(claims.destination_provider),
  destination_account_ref: sent(claims.destination_account_ref),
  purpose: sent(claims.purpose),
  processing_register_ref: sent(claims.processing_register_ref),
  dataset_ref: sent(claims.dataset_ref),
  data_categories: sent(claims.data_categories),
  client_id: sent(text(64)),
  policy_id: sent(text(256)),
  policy_version_id: sent(text(256)),
  policy_content_hash: sent(text(256)),
});
export type MintRequest = z.infer<typeof mintRequest>;

export const mintAnswer = z.object({ token: z.string(), request_id: z.uuid(), reason: z.string() });
export type MintAnswer = z.infer<typeof mintAnswer>;

/** `POST /consume-token`. */
export const consumeRequest = z.object({
  token: z.string().min(1).max(8192),
  tool_name: optional(toolName),
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
