import { z } from "zod";
import { reasonCode } from "./clearance.ts";
import { id } from "./id.ts";
import { jsonObject } from "./json.ts";
import { toolMapping } from "./tool.ts";

/** A passage that a decision rests on, or that a reviewer should read: offsets count UTF-16 units of the version's content. */
export const citation = z.object({
  policy_id: z.string(),
  policy_version_id: z.string(),
  kind: z.enum(["rule", "passage"]),
  heading: z.string(),
  text: z.string(),
  start: z.number().int(),
  end: z.number().int(),
  score: z.number(),
});
export type Citation = z.infer<typeof citation>;

/** `POST /evaluate`: one tool call, before the tenant's policies. */
export const evaluateRequest = z.object({
  client_id: id,
  request_id: z.string(),
  tool_name: z.string(),
  tool_args: jsonObject,
  agent_id: z.string(),
  session_id: z.string(),
  context: jsonObject,
  purpose: z.string().optional(),
  human_principal: z.string().nullish(),
  /** Host of the destination, or its provider's name. */
  destination: z.string().nullish(),
  data_categories: z.array(z.string()).default([]),
  /** When the request arrived, for rules about the time of day; now, where it is left out. */
  at: z.iso.datetime({ offset: true }).optional(),
  /** Judged like any other, and counted by no rule: whoever asks counts it where it comes to an approval. */
  is_trial: z.boolean().optional(),
});
export type EvaluateRequest = z.output<typeof evaluateRequest>;

export const verdict = z.enum(["allow", "deny", "review"]);
export type Verdict = z.infer<typeof verdict>;

export const evaluateAnswer = z.object({
  verdict,
  confidence: z.number().min(0).max(1),
  /** How the confidence was made up, in words. */
  confidence_basis: z.string().default(""),
  reason: z.string().min(1),
  reason_code: reasonCode,
  policy_id: z.string().nullable(),
  policy_version_id: z.string().nullable(),
  policy_content_hash: z.string().nullable(),
  citations: z.array(citation),
  /** How many different people must approve, by the strictest rule that holds or may hold. */
  required_approvals: z.union([z.literal(1), z.literal(2)]).default(1),
  /** Why they must be more than one, in a sentence. */
  approvals_reason: z.string().nullable().default(null),
  /** By the tool's confirmed mapping; null where there is none to rely on. */
  amount: z.object({ minor: z.number().int(), currency: z.string() }).nullable().default(null),
  /** Of what governed the call as it was judged; see `@ledgix/governing/governing`. */
  governing_hash: z.string().nullish(),
});
export type EvaluateAnswer = z.infer<typeof evaluateAnswer>;

/** `POST /ingest`: cut a stored policy version into passages and embed them. Doing it twice changes nothing. */
export const ingestRequest = z.object({ client_id: id, policy_version_id: id });
export const ingestAnswer = z.object({ policy_version_id: z.string(), passages: z.number().int(), embedding_model: z.string() });

/** A rule, asked by itself about one call. */
export const tracedRule = z.object({
  policy_id: z.string(),
  policy_title: z.string(),
  policy_version_id: z.string(),
  text: z.string(),
  effect: z.enum(["allow", "review", "deny"]).nullable(),
  holds: z.enum(["yes", "no", "unsure"]),
  /** What it would need to know, or what is not understood about it. */
  why: z.array(z.string()),
});
export type TracedRule = z.infer<typeof tracedRule>;

/** `POST /try`: the same judgement, with every rule's own answer and each step's time. It is written nowhere. */
export const tryRequest = z.object({
  client_id: id,
  call: evaluateRequest.omit({ client_id: true, request_id: true, session_id: true }),
  /** A version that stands in for its policy's version in force. */
  policy_version_id: id.nullish(),
});
export const tryAnswer = z.object({
  answer: evaluateAnswer,
  rules: z.array(tracedRule),
  /** Milliseconds a step. */
  steps: z.array(z.object({ name: z.string(), ms: z.number() })),
});
export type TryAnswer = z.infer<typeof tryAnswer>;

/** What a change would have rules go by, in the place of what is stored. */
export const insteadOf = z.object({
  mapping: z.object({ tool_name: z.string(), mapping: toolMapping.nullable() }).optional(),
  terms: z.record(z.string(), z.string()).optional(),
});
export type InsteadOf = z.infer<typeof insteadOf>;

/** `POST /check`: many calls against one version, rules alone, without retrieval. */
export const checkRequest = z.object({
  client_id: id,
  policy_version_id: id,
  calls: z.array(tryRequest.shape.call).max(500),
  instead: insteadOf.optional(),
});
export const checkAnswer = z.object({ verdicts: z.array(z.object({ verdict, reason: z.string(), reason_code: reasonCode })) });

/** `POST /read-document`: reads an uploaded file in a process of its own. */
export const readDocumentRequest = z.object({ client_id: id, upload_id: id });
export const documentText = z.object({ content: z.string(), media_type: z.string(), pages: z.array(z.number().int()) });
export type DocumentText = z.infer<typeof documentText>;
export const readDocumentAnswer = z.union([
  z.object({ ok: z.literal(true), document: documentText }),
  /** The file's fault, in words for who uploaded it. */
  z.object({ ok: z.literal(false), code: z.string(), reason: z.string() }),
]);
export type ReadDocumentAnswer = z.infer<typeof readDocumentAnswer>;

/** `POST /backtest`: runs a backtest from its beginning to its end, and writes how far it is and what it found. */
export const backtestRequest = z.object({ client_id: id, backtest_id: id });

/** `POST /reembed`: goes on for some seconds with embedding what the configured model does not know yet. */
export const reembedRequest = z.object({ client_id: id });
export const reembedAnswer = z.object({ finished: z.boolean() });
/** `POST /embedding-state`. */
export const embeddingState = z.object({
  /** The configured model, and the one whose vectors serve until that one knows every passage. */
  configured: z.string(),
  serving: z.string(),
  known: z.number().int(),
  wanted: z.number().int(),
});
export type EmbeddingState = z.infer<typeof embeddingState>;

/** `POST /preview`: rules that are being written, before they are kept. */
export const previewRequest = z.object({
  client_id: id,
  rules: z.array(z.string().max(1024)).max(200),
  cedar: z.string().max(65_536).default(""),
  tools: z.array(z.string()).max(200).default([]),
});
const matched = z.object({
  request_id: z.string(),
  tool_name: z.string(),
  agent_id: z.string(),
  tool_args: jsonObject,
  at: z.string(),
});
export const previewAnswer = z.object({
  rules: z.array(
    z.object({
      text: z.string(),
      effect: z.enum(["allow", "review", "deny"]).nullable(),
      problem: z.string().nullable(),
      /** The rule in Cedar. */
      cedar: z.string().nullable(),
      /** Of the recent requests of the tools: how many fit, how many could not be told, with examples of both. */
      matches: z.number().int(),
      unsure: z.number().int(),
      why: z.array(z.string()),
      examples: z.array(matched),
    }),
  ),
  cedar_problem: z.string().nullable(),
  /** How many recent requests were looked at. */
  looked_at: z.number().int(),
  findings: z.array(z.object({ kind: z.enum(["shadowed", "overlap"]), rule: z.string(), by: z.string() })),
});
export type PreviewAnswer = z.infer<typeof previewAnswer>;
