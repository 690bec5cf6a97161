import { z } from "zod";
import { confidenceBucket } from "./confidence.ts";
import { environment } from "./environment.ts";
import { namePattern, toolName } from "./names.ts";
import { fewStars, TOO_MANY_STARS } from "./pattern.ts";
import { type ReviewRule, reviewRule } from "./review-rules.ts";

/** The version of a settings document: what its `ETag` holds between the quotes, and `If-Match` is compared with. */
export const settingsVersion = z.string();

const score = z.number().min(0).max(1);
/** As it was kept, maybe before names were checked; see `namesIn`. */
const keptName = z.string().max(256);

/** How calls of one tool read, to people. See `@ledgix/sentence/template`. */
export const toolTemplate = z.object({ text: z.string().trim().min(1).max(500), noun: z.string().trim().min(1).max(40) });

/** What a tenant sets about its reviews, beside the threshold. */
const reviewChoices = {
  /** Thresholds of single tools, by name. */
  tool_thresholds: z.record(keptName, score),
  rules: z.array(reviewRule).max(100),
  /** Reasons that reviewers pick from. */
  canned_reasons: z.array(z.string().trim().min(1).max(500)).max(30),
  templates: z.record(keptName, toolTemplate),
  /** Nobody decides a request that a key sent which they created themselves. */
  separate_key_creators: z.boolean(),
  /** Days for which a person must have been a member to be one of two who approve. 0: none. */
  minimum_membership_days: z.number().int().min(0).max(365),
  /** What no policy covers is denied, instead of waiting for a person. */
  deny_uncovered: z.boolean(),
  /** Deployment keys may put policies in force; without it, what a key writes is a draft that a member puts in force. */
  deployment_keys_activate: z.boolean(),
  /** A rule never clears a call of a key that was made by the member who wrote it, or by the one who made the key that wrote it. */
  separate_rule_writers: z.boolean(),
};

/** What `GET /review-settings` reads. Score and bucket always agree. */
export const reviewSettings = z.object({
  minimum_confidence_score: score,
  minimum_confidence_bucket: confidenceBucket,
  ...reviewChoices,
  version: settingsVersion,
  // An older Vault does not say.
  deployment_keys_activate: reviewChoices.deployment_keys_activate.default(false),
  separate_rule_writers: reviewChoices.separate_rule_writers.default(false),
  updated_at: z.string().nullable(),
  updated_by: z.string().nullable(),
  /** When and by whom a threshold was last set, also to the value that it had; null while it is a default that nobody chose. */
  threshold_updated_at: z.string().nullable(),
  threshold_updated_by: z.string().nullable(),
});
export type ReviewSettings = z.infer<typeof reviewSettings>;

/** The settings as they are shown: with what in them does not hold any more, such as a rule that names somebody who left. */
export const shownReviewSettings = reviewSettings.extend({
  /** `rule_id` is null where it concerns all of them. */
  warnings: z.array(z.object({ rule_id: z.string().nullable(), detail: z.string() })),
});
export type ShownReviewSettings = z.infer<typeof shownReviewSettings>;

type Named = { tool_thresholds?: object | undefined; templates?: object | undefined; rules?: ReviewRule[] | undefined };

/** The names that somebody saves now, each by the schema for it. */
function namesIn({ tool_thresholds = {}, templates = {}, rules = [] }: Named): [(string | number)[], string, z.ZodType][] {
  const tools = Object.entries({ tool_thresholds, templates });
  return [
    ...tools.flatMap(([of, named]) =>
      Object.keys(named).map((name): [string[], string, z.ZodType] => [[of, name], name, toolName]),
    ),
    ...rules.flatMap(({ when }, i) =>
      [...when.tools, ...when.agents].map((name): [(string | number)[], string, z.ZodType] => [
        ["rules", i, "when"],
        name,
        namePattern,
      ]),
    ),
  ];
}

/**
 * `PUT /review-settings`: a score, or a bucket that stands for one (where both are sent, the score decides), and any of the other
 * settings. What is not sent stays as it is.
 */
export const reviewSettingsUpdate = z
  .object({
    minimum_confidence_score: score.nullish(),
    minimum_confidence_bucket: confidenceBucket.nullish(),
    ...z.object(reviewChoices).partial().shape,
  })
  .refine((update) => Object.values(update).some((value) => value != null), {
    error: "needs minimum_confidence_score, minimum_confidence_bucket or another setting",
    path: ["minimum_confidence_score"],
  })
  .refine(({ rules }) => (rules ?? []).every(({ when }) => [...when.tools, ...when.agents].every(fewStars)), {
    error: `a tool or an agent in \`when\` ${TOO_MANY_STARS}`,
    path: ["rules"],
  })
  .superRefine((update, context) => {
    for (const [path, name, schema] of namesIn(update)) {
      const problem = schema.safeParse(name).error?.issues[0]?.message;
      if (problem !== undefined) context.addIssue({ code: "custom", path, message: problem });
    }
  });
export type ReviewSettingsUpdate = z.infer<typeof reviewSettingsUpdate>;

/** What is kept, with the defaults of what was never set. */
export const storedReviewSettings = z.object({
  minimum_confidence_score: score.optional(),
  threshold_updated_at: z.string().nullable().default(null),
  threshold_updated_by: z.string().nullable().default(null),
  tool_thresholds: reviewChoices.tool_thresholds.default({}),
  rules: reviewChoices.rules.default([]),
  canned_reasons: reviewChoices.canned_reasons.default([]),
  templates: reviewChoices.templates.default({}),
  separate_key_creators: reviewChoices.separate_key_creators.default(false),
  minimum_membership_days: reviewChoices.minimum_membership_days.default(0),
  deny_uncovered: reviewChoices.deny_uncovered.default(false),
  deployment_keys_activate: reviewChoices.deployment_keys_activate.default(false),
  separate_rule_writers: reviewChoices.separate_rule_writers.default(false),
});

/** What of the review settings is chosen, and so compared between versions. */
export const reviewContent = storedReviewSettings.omit({ threshold_updated_at: true, threshold_updated_by: true });

/** Days for which the delivery log and what it was made from are kept. The ledger is kept for good. */
export const DEFAULT_RETENTION_DAYS = 90;
export const retentionDays = z.number().int().min(7).max(3650);
/** `GET /tenant-settings`. */
export const tenantSettings = z.object({
  /** Whose keys this Vault takes. */
  environment,
  delivery_retention_days: retentionDays,
  version: settingsVersion,
});
export type TenantSettings = z.infer<typeof tenantSettings>;
/** `PUT /tenant-settings`. */
export const tenantSettingsUpdate = z.object({ delivery_retention_days: retentionDays });

/** `GET /review-settings/history`: what the judge would approve, by its confidence, and what became of it. */
export const thresholdHistory = z.object({
  days: z.number().int(),
  bins: z.array(
    z.object({
      confidence: z.number(),
      /** Passed without a person. */
      passed: z.number().int(),
      /** Paused, and approved or denied by a person. */
      approved: z.number().int(),
      denied: z.number().int(),
      /** Paused, and waiting, expired or cancelled. */
      waiting: z.number().int(),
    }),
  ),
  tools: z.array(z.object({ tool: z.string(), requests: z.number().int() })),
});
export type ThresholdHistory = z.infer<typeof thresholdHistory>;
