/** One thing that was looked at. */
export type Check = {
  name: string;
  /** `skipped` where there was nothing to check it by. */
  outcome: "passed" | "failed" | "skipped";
  /** A sentence for people. */
  detail: string;
};

export type Report = {
  /** Nothing failed, and something was checked. */
  isIntact: boolean;
  checks: Check[];
  /** What these checks do not show, a sentence each. */
  notChecked: string[];
};

const ALWAYS = "That every action was asked about: a tool that never asks leaves no entry.";

export function reportOf(checks: Check[], notChecked: string[]): Report {
  return {
    isIntact: checks.every((check) => check.outcome !== "failed") && checks.some((check) => check.outcome === "passed"),
    checks,
    notChecked: [...notChecked, ALWAYS],
  };
}

export const check = (name: string, passed: boolean, detail: string): Check => ({
  name,
  outcome: passed ? "passed" : "failed",
  detail,
});

/** A report on what cannot even be read. */
export const unreadable = (error: unknown): Report =>
  reportOf([check("readable", false, error instanceof Error ? error.message : "It cannot be read.")], []);
