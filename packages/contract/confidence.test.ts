import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketOf, clampConfidence, minimumBucketOf } from "./confidence.ts";

describe("confidence", () => {
  it("is never an integer, and has two decimals", () => {
    fc.assert(
      fc.property(fc.double({ min: -1, max: 2, noNaN: true }), (score) => {
        const confidence = clampConfidence(score);
        expect(Number.isInteger(confidence)).toBe(false);
        expect(confidence).toBeGreaterThanOrEqual(0.01);
        expect(confidence).toBeLessThanOrEqual(0.99);
        expect(Number(confidence.toFixed(2))).toBe(confidence);
      }),
    );
  });

  it.each([
    [0.92, "extra_high"],
    [0.91, "high"],
    [0.81, "high"],
    [0.8, "medium"],
    [0.4, "medium"],
    [0.39, "low"],
  ] as const)("%d is %s", (score, bucket) => expect(bucketOf(score)).toBe(bucket));

  it.each([
    [0.8, "high"],
    [0.9, "extra_high"],
    [0.2, "low"],
    [0.99, "extra_high"],
    [0.6, "medium"],
  ] as const)("a threshold of %d asks for at least %s", (score, bucket) => expect(minimumBucketOf(score)).toBe(bucket));
});
