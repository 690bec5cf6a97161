import { z } from "zod";

/** A model's own confidence against how often it was right, as steps that rise: from `score` on, `right` of 1. */
export const calibration = z.object({
  model: z.string(),
  /** When and on what it was fitted. */
  fitted_on: z.string(),
  steps: z.array(z.object({ score: z.number(), right: z.number(), cases: z.number().int() })).min(1),
});
export type Calibration = z.infer<typeof calibration>;

/** What a model that nobody measured may claim: just below the default threshold, so that it approves nothing by itself. */
export const UNCALIBRATED_CAP = 0.79;

/** Takes every claim as it is made: for measuring a model, never for deciding. */
export const asClaimed: Calibration = {
  model: "as claimed",
  fitted_on: "never",
  steps: Array.from({ length: 101 }, (_, percent) => ({ score: percent / 100, right: percent / 100, cases: 1 })),
};

/** A confidence, with how it was made up in words. */
export function calibrated(claimed: number, model: string, fitted: Calibration | null): { confidence: number; basis: string } {
  const said = claimed.toFixed(2);
  if (fitted === null) {
    const confidence = Math.min(claimed, UNCALIBRATED_CAP);
    return {
      confidence,
      basis: `${model} claims ${said}. It was not measured on labelled cases, so at most ${UNCALIBRATED_CAP} counts.`,
    };
  }
  const step = fitted.steps.findLast(({ score }) => claimed >= score) ?? fitted.steps[0];
  const confidence = step?.right ?? 0;
  return {
    confidence,
    basis: `${model} claims ${said}; of labelled cases like that it was right in ${Math.round(confidence * 100)}% (${step?.cases} cases, ${fitted.fitted_on}).`,
  };
}

/** Isotonic regression by pooling adjacent violators (Ayer et al. 1955): steps that rise, closest to what was seen. */
export function fitCalibration(seen: { score: number; isRight: boolean }[]): Calibration["steps"] {
  const pools: { score: number; right: number; cases: number }[] = [];
  for (const { score, isRight } of seen.toSorted((a, b) => a.score - b.score)) {
    pools.push({ score, right: Number(isRight), cases: 1 });
    for (;;) {
      const [before, last] = [pools.at(-2), pools.at(-1)];
      if (before === undefined || last === undefined || before.right < last.right) break;
      const cases = before.cases + last.cases;
      pools.splice(-2, 2, { score: before.score, right: (before.right * before.cases + last.right * last.cases) / cases, cases });
    }
  }
  return pools;
}
