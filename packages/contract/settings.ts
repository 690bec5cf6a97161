import { z } from "zod";
import { confidenceBucket } from "./confidence.ts";

/** `GET /review-settings`. Score and bucket always agree. */
export const reviewSettings = z.object({
  minimum_confidence_score: z.number().min(0).max(1),
  minimum_confidence_bucket: confidenceBucket,
  updated_at: z.string().nullable(),
  updated_by: z.string().nullable(),
});
export type ReviewSettings = z.infer<typeof reviewSettings>;

/** `PUT /review-settings`: a score, or a bucket that stands for one. Where both are sent, the score decides. */
export const reviewSettingsUpdate = z
  .object({
    minimum_confidence_score: z.number().min(0).max(1).nullish(),
    minimum_confidence_bucket: confidenceBucket.nullish(),
  })
  .refine((update) => update.minimum_confidence_score != null || update.minimum_confidence_bucket != null, {
    error: "needs minimum_confidence_score or minimum_confidence_bucket",
    path: ["minimum_confidence_score"],
  });
