import { z } from "zod";
import { holdsApiKey, KEY_IN_TEXT } from "./key-in-text.ts";

const identifier = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\w.:@/-]+$/, "may hold letters, digits and . _ : @ / -");

/** `POST /register-policy`. Empty `tools` means every tool. */
export const registerPolicyRequest = z.object({
  policy_id: identifier,
  description: z
    .string()
    .max(4096)
    .nullish()
    .transform((value) => value ?? ""),
  rules: z
    .array(
      z
        .string()
        .min(1)
        .max(1024)
        .refine((rule) => !holdsApiKey(rule), KEY_IN_TEXT),
    )
    .max(200)
    .nullish()
    .transform((value) => value ?? []),
  tools: z
    .array(z.string().min(1).max(256))
    .max(200)
    .nullish()
    .transform((value) => value ?? []),
});
export type RegisterPolicyRequest = z.infer<typeof registerPolicyRequest>;

export const registerPolicyAnswer = z.object({ policy_id: z.string(), status: z.literal("registered"), message: z.string() });

/** The text fields of the multipart `POST /admin/upload-policy`; `tools` is a comma-separated list. */
export const uploadPolicyFields = z.object({
  documentName: z.string().trim().min(1).max(256),
  policyId: identifier.optional(),
  tools: z
    .string()
    .max(4096)
    .optional()
    .transform((list) =>
      (list ?? "")
        .split(",")
        .map((tool) => tool.trim())
        .filter(Boolean),
    ),
});

export const indexingState = z.enum(["indexing", "ready"]);

export const policyVersion = z.object({
  policy_id: z.string(),
  policy_version_id: z.string(),
  version: z.number().int(),
  title: z.string(),
  description: z.string(),
  source: z.enum(["register", "upload"]),
  content_hash: z.string(),
  tools: z.array(z.string()),
  rules: z.array(
    z.object({ text: z.string(), effect: z.enum(["allow", "review", "deny"]).nullable(), problem: z.string().nullable() }),
  ),
  indexing: indexingState,
  created_at: z.string(),
  created_by: z.string(),
});
export type PolicyVersion = z.infer<typeof policyVersion>;

export const policyList = z.object({ policies: z.array(policyVersion) });
export const policyDocument = policyVersion.extend({
  content: z.string(),
  versions: z.array(
    z.object({ policy_version_id: z.string(), version: z.number().int(), created_at: z.string(), created_by: z.string() }),
  ),
});
export type PolicyDocument = z.infer<typeof policyDocument>;
