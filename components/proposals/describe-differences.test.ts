import { expect, it } from "vitest";
import { describeDifferences } from "./describe-differences";

const rule = (id: string, name: string, approvals = 1) => ({ id, name, approvals });

it("says what a proposal would change, and leaves out what stays and what was not sent", () => {
  const current = {
    minimum_confidence_score: 0.9,
    separate_rule_writers: true,
    deny_uncovered: false,
    rules: [rule("a", "Large refunds", 2), rule("b", "Exports"), rule("c", "Mail")],
    terms: [{ phrase: "odd", meaning: "x is true" }],
    templates: {},
  };
  const proposed = {
    minimum_confidence_score: 0.1,
    separate_rule_writers: false,
    deny_uncovered: false,
    minimum_confidence_bucket: null,
    rules: [rule("c", "Mail"), rule("b", "All exports")],
    terms: [{ phrase: "odd", meaning: "x is false" }],
  };
  expect(describeDifferences(current, proposed)).toEqual([
    "minimum confidence score: 0.9 becomes 0.1",
    "separate rule writers: on becomes off",
    "rules: Large refunds would be removed",
    "rules: All exports would be changed",
    "rules would have another order",
    "terms: “odd” would be changed",
  ]);
});
