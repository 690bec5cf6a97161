import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calibrated, fitCalibration } from "./confidence.ts";

const seen = fc.array(fc.record({ score: fc.double({ min: 0, max: 1, noNaN: true }), isRight: fc.boolean() }), {
  minLength: 1,
  maxLength: 60,
});

describe("a calibrated confidence", () => {
  it("rises with what the model claims, keeps every case, and is right on average", () => {
    fc.assert(
      fc.property(seen, (cases) => {
        const steps = fitCalibration(cases);
        expect(steps.reduce((sum, step) => sum + step.cases, 0)).toBe(cases.length);
        for (const [i, step] of steps.entries()) if (i > 0) expect(step.right).toBeGreaterThan(steps[i - 1]?.right ?? 0);
        const fitted = steps.reduce((sum, step) => sum + step.right * step.cases, 0);
        expect(fitted).toBeCloseTo(cases.filter(({ isRight }) => isRight).length, 6);
      }),
    );
  });

  it("says how it was made up, and counts for little where nobody measured", () => {
    const steps = fitCalibration([
      ...Array.from({ length: 8 }, (_, i) => ({ score: 0.9, isRight: i < 6 })),
      ...Array.from({ length: 4 }, () => ({ score: 0.4, isRight: false })),
    ]);
    const fitted = { model: "m", fitted_on: "2026-11-25", steps };
    expect(calibrated(0.95, "m", fitted)).toEqual({
      confidence: 0.75,
      basis: "m claims 0.95; of labelled cases like that it was right in 75% (8 cases, 2026-11-25).",
    });
    expect(calibrated(0.99, "m", null).confidence).toBe(0.79);
  });
});
