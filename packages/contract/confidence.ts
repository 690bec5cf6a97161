import { z } from "zod";

export const confidenceBuckets = ["low", "medium", "high", "extra_high"] as const;
export const confidenceBucket = z.enum(confidenceBuckets);
export type ConfidenceBucket = z.infer<typeof confidenceBucket>;

/** The threshold of a tenant that never set one. */
export const DEFAULT_MINIMUM_CONFIDENCE = 0.8;

/** Two decimals in [0.01, 0.99], never an integer: client generations disagree on how an integral confidence is hashed. */
export function clampConfidence(score: number): number {
  return Math.min(0.99, Math.max(0.01, Math.round(score * 100) / 100));
}

export function bucketOf(confidence: number): ConfidenceBucket {
  if (confidence >= 0.92) return "extra_high";
  if (confidence > 0.8) return "high";
  if (confidence >= 0.4) return "medium";
  return "low";
}

const midpoints: Record<ConfidenceBucket, number> = { low: 0.2, medium: 0.6, high: 0.85, extra_high: 0.95 };

/** The weakest bucket whose midpoint reaches the score. */
export function minimumBucketOf(score: number): ConfidenceBucket {
  return confidenceBuckets.find((bucket) => midpoints[bucket] >= score) ?? "extra_high";
}

/** The score that stands for a bucket when only the bucket was given: its midpoint. */
export function scoreOfMinimumBucket(bucket: ConfidenceBucket): number {
  return midpoints[bucket];
}
