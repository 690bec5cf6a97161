import { DEFAULT_MINIMUM_CONFIDENCE, minimumBucketOf, scoreOfMinimumBucket } from "@ledgix/contract/confidence";
import type { ReviewSettings, reviewSettingsUpdate } from "@ledgix/contract/settings";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";

const row = z.object({ value: z.object({ minimum_confidence_score: z.number() }), updated_at: z.date(), updated_by: z.string() });

/** The tenant's threshold as a scalar subquery; null where it was never set. */
export const MINIMUM_CONFIDENCE_SQL =
  "select (value ->> 'minimum_confidence_score')::double precision from settings where name = 'review'";

export async function readReviewSettings(database: Queryable): Promise<ReviewSettings> {
  const stored = await database.row(row, "select value, updated_at, updated_by from settings where name = 'review'");
  const score = stored?.value.minimum_confidence_score ?? DEFAULT_MINIMUM_CONFIDENCE;
  return {
    minimum_confidence_score: score,
    minimum_confidence_bucket: minimumBucketOf(score),
    updated_at: stored?.updated_at.toISOString() ?? null,
    updated_by: stored?.updated_by ?? null,
  };
}

/** Score and bucket are kept consistent: a bucket alone stands for its midpoint, and where both are sent the score decides. */
export async function updateReviewSettings(
  database: Queryable,
  update: z.infer<typeof reviewSettingsUpdate>,
  updatedBy: string,
): Promise<ReviewSettings> {
  const bucket = update.minimum_confidence_bucket;
  const score = update.minimum_confidence_score ?? (bucket ? scoreOfMinimumBucket(bucket) : DEFAULT_MINIMUM_CONFIDENCE);
  await database.run(
    `insert into settings (name, value, updated_by) values ('review', $1::json, $2)
     on conflict (name) do update set value = excluded.value, updated_by = excluded.updated_by, updated_at = now()`,
    [JSON.stringify({ minimum_confidence_score: score }), updatedBy],
  );
  return readReviewSettings(database);
}
