import { z } from "zod";
import { reasonCode } from "./clearance.ts";
import { jsonObject } from "./json.ts";

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
  client_id: z.uuid(),
  request_id: z.string(),
  tool_name: z.string(),
  tool_args: jsonObject,
  agent_id: z.string(),
  session_id: z.string(),
  context: jsonObject,
  purpose: z.string().optional(),
});
export type EvaluateRequest = z.infer<typeof evaluateRequest>;

export const verdict = z.enum(["allow", "deny", "review"]);

export const evaluateAnswer = z.object({
  verdict,
  confidence: z.number().min(0).max(1),
  reason: z.string().min(1),
  reason_code: reasonCode,
  policy_id: z.string().nullable(),
  policy_version_id: z.string().nullable(),
  policy_content_hash: z.string().nullable(),
  citations: z.array(citation),
});
export type EvaluateAnswer = z.infer<typeof evaluateAnswer>;

/** `POST /ingest`: cut a stored policy version into passages and embed them. Doing it twice changes nothing. */
export const ingestRequest = z.object({ client_id: z.uuid(), policy_version_id: z.uuid() });
export const ingestAnswer = z.object({ policy_version_id: z.string(), passages: z.number().int(), embedding_model: z.string() });
