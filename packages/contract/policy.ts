import { z } from "zod";
import { id } from "./id.ts";
import { jsonObject } from "./json.ts";
import { previewRequest, verdict } from "./judge.ts";
import { holdsApiKey, KEY_IN_TEXT } from "./key-in-text.ts";
import { agentId, lineText, plainText, toolName } from "./names.ts";
import { settingsVersion } from "./settings.ts";

const identifier = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\w.:@/-]+$/, "may hold letters, digits and . _ : @ / -")
  // The console's own pages beside the policies.
  .refine((id) => !["new", "try", "coverage", "tools"].includes(id), "is the name of a page; choose another");

const withoutKey = (schema: z.ZodString) => schema.refine((text) => !holdsApiKey(text), KEY_IN_TEXT);
const ruleText = withoutKey(z.string().trim().min(1).max(1024));
/** What a policy is about, such as refunds or health: lower case, without spaces at the ends. */
const categoryNames = z.array(z.string().trim().toLowerCase().min(1).max(120)).max(50);
const toolNames = z.array(toolName).max(200);

/** `POST /register-policy`. Empty `tools` means every tool. */
export const registerPolicyRequest = z.object({
  policy_id: identifier,
  description: z
    .string()
    .max(4096)
    .nullish()
    .transform((value) => value ?? ""),
  rules: z
    .array(ruleText)
    .max(200)
    .nullish()
    .transform((value) => value ?? []),
  tools: toolNames.nullish().transform((value) => value ?? []),
});
export type RegisterPolicyRequest = z.infer<typeof registerPolicyRequest>;

export const registerPolicyAnswer = z.object({ policy_id: z.string(), status: z.literal("registered"), message: z.string() });

const flag = z
  .enum(["true", "false"])
  .optional()
  .transform((value) => value === "true");

const commaSeparated = z
  .string()
  .max(4096)
  .optional()
  .transform((list) =>
    list
      ?.split(",")
      .map((part) => part.trim())
      .filter(Boolean),
  );

/** The text fields of the multipart `POST /admin/upload-policy`; `tools` is a comma-separated list. */
export const uploadPolicyFields = z.object({
  documentName: z.string().trim().min(1).max(256),
  policyId: identifier.optional(),
  tools: commaSeparated.pipe(toolNames.optional()),
  /** Passages are shown for calls of these categories; rules hold whatever the category. */
  categories: commaSeparated.transform((list) => list?.map((category) => category.toLowerCase())),
  note: z.string().trim().max(500).default(""),
  /** Keeps the version as a draft. */
  draft: flag,
});

/** `POST /policies`: a version written in the editor, kept as a draft. */
export const writePolicyRequest = z.object({
  policy_id: identifier,
  title: z.string().trim().min(1).max(256),
  description: z.string().max(4096).default(""),
  tools: toolNames,
  categories: categoryNames.default([]),
  rules: z.array(ruleText).max(200),
  cedar: withoutKey(z.string().max(65_536)).default(""),
  content: withoutKey(z.string().max(2_000_000)),
  note: z.string().trim().max(500).default(""),
});
export type WritePolicyRequest = z.output<typeof writePolicyRequest>;
export type NewDraft = z.input<typeof writePolicyRequest>;

/** `POST /policies/{policy_id}/activate`: at once, or from a day on, and until another one where it is given. */
export const activatePolicyRequest = z.object({
  policy_version_id: id,
  effective_from: z.iso.datetime({ offset: true }).nullish(),
  effective_until: z.iso.datetime({ offset: true }).nullish(),
});
export type ActivatePolicyRequest = z.infer<typeof activatePolicyRequest>;

/** `POST /policies/{policy_id}/rollback`: an older version's content as a new version, in force at once. */
export const rollbackPolicyRequest = z.object({ policy_version_id: id, note: z.string().trim().max(500).default("") });

export const indexingState = z.enum(["indexing", "ready"]);

/** `draft`: never in force. `scheduled`: from a day to come. `retired`: it was in force, and is not any more. */
export const policyState = z.enum(["draft", "scheduled", "in_force", "retired"]);
export type PolicyState = z.infer<typeof policyState>;

export const ruleEffect = z.enum(["allow", "review", "deny"]);

/** A rule as a version has it: what it does, or what is not understood about it. */
export const ruleReading = z.object({ text: z.string(), effect: ruleEffect.nullable(), problem: z.string().nullable() });
export type RuleReading = z.infer<typeof ruleReading>;

export const policyVersion = z.object({
  policy_id: z.string(),
  policy_version_id: z.string(),
  version: z.number().int(),
  title: z.string(),
  description: z.string(),
  source: z.enum(["register", "upload", "editor", "confluence"]),
  content_hash: z.string(),
  tools: z.array(z.string()),
  categories: z.array(z.string()),
  rules: z.array(ruleReading),
  /** Policies in Cedar itself, and what is wrong with them. */
  cedar: z.string(),
  cedar_problem: z.string().nullable(),
  state: policyState,
  effective_from: z.string().nullable(),
  effective_until: z.string().nullable(),
  activated_by: z.string().nullable(),
  /** Whether a key wrote it. A draft of a key waits for a member. */
  is_by_key: z.boolean(),
  note: z.string(),
  indexing: indexingState,
  created_at: z.string(),
  created_by: z.string(),
});
export type PolicyVersion = z.infer<typeof policyVersion>;

/** A draft that a key wrote, and that nothing newer has overtaken in force. */
export const waitingDraft = policyVersion.pick({ policy_version_id: true, version: true, created_by: true, created_at: true });
export type WaitingDraft = z.infer<typeof waitingDraft>;

/** Each policy by its version in force, or by its newest one where none is. */
export const policyList = z.object({
  policies: z.array(
    policyVersion.extend({
      newest_version: z.number().int(),
      newest_state: policyState,
      waiting_drafts: z.array(waitingDraft),
    }),
  ),
});
export type PolicyList = z.infer<typeof policyList>;

/** What two rules of one policy do to each other. See `@ledgix/rules/conflicts`. */
export const ruleFinding = z.object({
  kind: z.enum(["shadowed", "overlap"]),
  rule: z.string(),
  by: z.string(),
  by_policy: z.string().nullable(),
});
export type RuleFinding = z.infer<typeof ruleFinding>;

/** A sentence of the document that reads like a rule, at its place. Nothing follows from it until an admin confirms it. */
export const ruleProposal = z.object({
  ...ruleReading.shape,
  start: z.number().int(),
  end: z.number().int(),
  is_confirmed: z.boolean(),
});
export type RuleProposal = z.infer<typeof ruleProposal>;

export const policyDocument = policyVersion.extend({
  content: z.string(),
  /** Where each page begins, in UTF-16 units of the content. */
  pages: z.array(z.number().int()),
  origin: z.object({ file_name: z.string(), sha256: z.string(), bytes: z.number().int() }).nullable(),
  findings: z.array(ruleFinding),
  proposals: z.array(ruleProposal),
  /** What became of it, where a key uploaded it. */
  message: z.string().optional(),
  versions: z.array(
    policyVersion.pick({
      policy_version_id: true,
      version: true,
      state: true,
      effective_from: true,
      effective_until: true,
      note: true,
      created_at: true,
      created_by: true,
    }),
  ),
});
export type PolicyDocument = z.infer<typeof policyDocument>;

/** A tool call as an agent would send it, for trying and testing. */
export const triedCall = z.object({
  tool_name: z.string().min(1).max(256),
  tool_args: jsonObject.default({}),
  agent_id: z.string().min(1).max(256).default("default-agent"),
  context: jsonObject.default({}),
  human_principal: z.string().max(512).nullish(),
  purpose: z.string().max(2048).nullish(),
  destination: z.string().max(2048).nullish(),
  data_categories: z.array(z.string().max(256)).max(64).default([]),
});
export type TriedCall = z.infer<typeof triedCall>;

/** A call that is tried or kept from now on: it may say what an agent may say. */
const newCall = triedCall.extend({
  tool_name: toolName,
  agent_id: agentId.min(1).default("default-agent"),
  human_principal: lineText(512).nullish(),
  purpose: plainText(2048).nullish(),
  destination: lineText(2048).nullish(),
  data_categories: z.array(lineText(256)).max(64).default([]),
});

export const policyCase = z.object({
  case_id: z.string(),
  name: z.string(),
  call: triedCall,
  expected: verdict,
  created_at: z.string(),
  created_by: z.string(),
});
export type PolicyCase = z.infer<typeof policyCase>;
export const newPolicyCase = z.object({ name: z.string().trim().min(1).max(120), call: newCall, expected: verdict });

/** A case with what a version says to it. */
export const caseResult = policyCase.extend({ verdict, reason: z.string(), passed: z.boolean() });
export type CaseResult = z.infer<typeof caseResult>;

/** A policy's cases; `verdict`, `reason` and `passed` where they were run. */
export const caseList = z.object({
  cases: z.array(policyCase.extend(caseResult.pick({ verdict: true, reason: true, passed: true }).partial().shape)),
});

/** `POST /policy-trial` and `POST /policy-preview`. */
export const policyTrial = z.object({ call: newCall, policy_version_id: id.nullish() });
export const policyPreview = previewRequest.omit({ client_id: true });

/** A document on its way to a version. `done` of `total`: pages while it is read, passages while it is embedded. */
export const policyUpload = z.object({
  upload_id: z.string(),
  policy_id: z.string(),
  title: z.string(),
  file_name: z.string(),
  size: z.number().int(),
  state: z.enum(["waiting", "reading", "embedding", "ready", "refused"]),
  done: z.number().int(),
  total: z.number().int(),
  reason_code: z.string().nullable(),
  reason: z.string().nullable(),
  policy_version_id: z.string().nullable(),
  created_at: z.string(),
  created_by: z.string(),
});
export type PolicyUpload = z.infer<typeof policyUpload>;
export const policyUploads = z.object({ uploads: z.array(policyUpload) });

/**
 * A term's phrase as it is kept: in lower case, without an article.
 *
 * @example termPhrase("A Large payment ") // "large payment"
 */
export const termPhrase = (phrase: string) =>
  phrase
    .trim()
    .toLowerCase()
    .replace(/^(?:an?|the) /, "");
export const termsUpdate = z.object({
  terms: z
    .array(z.object({ phrase: z.string().trim().toLowerCase().min(2).max(120), meaning: z.string().trim().min(3).max(500) }))
    .max(200),
});
export const policyTerms = z.object({
  terms: z.array(z.object({ phrase: z.string(), meaning: z.string(), problem: z.string().nullable() })),
  version: settingsVersion,
});
export type PolicyTerms = z.infer<typeof policyTerms>;
