import { DEFAULT_MINIMUM_CONFIDENCE, minimumBucketOf, scoreOfMinimumBucket } from "@ledgix/contract/confidence";
import type { JsonObject } from "@ledgix/contract/json";
import { ProblemError } from "@ledgix/contract/problem";
import {
  type ReviewSettings,
  type ReviewSettingsUpdate,
  reviewContent,
  type ShownReviewSettings,
  storedReviewSettings,
} from "@ledgix/contract/settings";
import { templateProblem } from "@ledgix/sentence/template";
import type { Database, Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { audit } from "../access/audit.ts";
import { type Principal, principalLabel } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";
import type { IfMatch } from "../http/if-match.ts";
import { assertRulesName, withWarnings } from "../people/rules.ts";
import { propose } from "../proposals/propose.ts";
import { saveDocument } from "./save.ts";
import { readVersion, settingsRow } from "./version.ts";

const document = settingsRow("review", reviewContent);
const row = z.object({ value: storedReviewSettings, updated_at: z.date(), updated_by: z.string() });
const SELECT_SETTINGS = "select value, updated_at, updated_by from settings where name = 'review'";

/** The threshold for a tool as a scalar subquery; null where none was ever set. `tool` is a placeholder such as `$6`. */
export const minimumConfidenceSql = (tool: string) =>
  `select coalesce(value -> 'tool_thresholds' ->> ${tool}, value ->> 'minimum_confidence_score')::double precision
   from settings where name = 'review'`;

export async function readReviewSettings(database: Queryable): Promise<ReviewSettings> {
  const version = await readVersion(database, document);
  const stored = await database.row(row, SELECT_SETTINGS);
  const value = stored?.value ?? storedReviewSettings.parse({});
  const score = value.minimum_confidence_score ?? DEFAULT_MINIMUM_CONFIDENCE;
  return {
    ...value,
    minimum_confidence_score: score,
    minimum_confidence_bucket: minimumBucketOf(score),
    version,
    updated_at: stored?.updated_at.toISOString() ?? null,
    updated_by: stored?.updated_by ?? null,
  };
}

/**
 * Changes what was sent and keeps the rest. Score and bucket are kept consistent: a bucket alone stands for its midpoint, and where
 * both are sent the score decides. The audit trail keeps what it was before and after. From a key it is a proposal, that a member confirms.
 *
 * @throws {ProblemError} `invalid_body` for a template that cannot be filled, or a rule that names somebody who may not decide ·
 *   `settings_changed`
 */
export async function updateReviewSettings(
  deps: Pick<VaultDependencies, "controlPlane" | "now">,
  database: Database,
  principal: Principal,
  update: ReviewSettingsUpdate,
  ifMatch: IfMatch,
): Promise<ShownReviewSettings> {
  assertTemplates(update.templates ?? {});
  if (update.rules) await assertRulesName(deps, principal.clientId, update.rules);
  if (principal.kind === "key") {
    await propose(deps, database, principal, { kind: "review_settings", value: update });
    return withWarnings(deps, principal.clientId, await readReviewSettings(database));
  }
  const { minimum_confidence_bucket: bucket, minimum_confidence_score, ...choices } = update;
  const score = minimum_confidence_score ?? (bucket ? scoreOfMinimumBucket(bucket) : undefined);
  // Without a version the change is laid over what holds.
  const write = async (transaction: Queryable) => {
    const before = await readReviewSettings(transaction);
    const stored = await transaction.row(row, SELECT_SETTINGS);
    const sent = Object.fromEntries(Object.entries(choices).filter(([, value]) => value !== undefined));
    const value = storedReviewSettings.parse({
      ...stored?.value,
      ...sent,
      ...(score !== undefined && { minimum_confidence_score: score }),
      ...((score !== undefined || sent.tool_thresholds !== undefined) && {
        threshold_updated_at: deps.now().toISOString(),
        threshold_updated_by: principalLabel(principal),
      }),
    });
    await transaction.run(
      `insert into settings (name, value, updated_by) values ('review', $1::json, $2)
       on conflict (name) do update set value = excluded.value, updated_by = excluded.updated_by, updated_at = now()`,
      [JSON.stringify(value), principalLabel(principal)],
    );
    const after = await readReviewSettings(transaction);
    await audit(deps, principal, "settings.reviews_changed", "review-settings", changeOf(before, after));
  };
  const read = async (transaction: Queryable) => withWarnings(deps, principal.clientId, await readReviewSettings(transaction));
  return saveDocument(database, document, { ifMatch, by: principalLabel(principal), read, write });
}

/** What differs, as it was and as it is. */
function changeOf(before: ReviewSettings, after: ReviewSettings): JsonObject {
  const names = [
    "minimum_confidence_score",
    "tool_thresholds",
    "rules",
    "canned_reasons",
    "templates",
    "separate_key_creators",
    "deny_uncovered",
    "minimum_membership_days",
    "deployment_keys_activate",
    "separate_rule_writers",
  ] as const;
  const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  const pick = (settings: ReviewSettings) => Object.fromEntries(changed.map((name) => [name, settings[name]]));
  return { before: pick(before), after: pick(after) };
}

function assertTemplates(templates: NonNullable<ReviewSettingsUpdate["templates"]>): void {
  const errors = Object.entries(templates).flatMap(([tool, { text }]) => {
    const message = templateProblem(text);
    return message ? [{ path: `templates.${tool}`, message }] : [];
  });
  if (errors[0])
    throw new ProblemError("invalid_body", `The template of ${errors[0].path.slice(10)}: ${errors[0].message}`, { errors });
}
