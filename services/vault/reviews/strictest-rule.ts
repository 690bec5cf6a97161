import { defaultReviewRule, type Reviewers, type ReviewRule, reasonPolicies } from "@ledgix/contract/review-rules";

/** Characters of a rule's name. */
const MAX_NAME = 120;

/**
 * One rule that asks for all that these ask for, in the order in which they are written. What cannot be asked of one case at once, such as two
 * sets of reviewers, is the stricter one's: that of the rule for two people, then of the one that names its reviewers, then of the first.
 */
export function strictestOf(rules: readonly ReviewRule[]): ReviewRule {
  const [base = defaultReviewRule, ...others] = rules.toSorted(
    (a, b) => b.approvals - a.approvals || Number(isOpen(a.reviewers)) - Number(isOpen(b.reviewers)),
  );
  if (others.length === 0) return base;
  // Whose reviewers count also says who comes to help: others would widen the circle.
  const { reviewers, on_call, escalate_to } = [base, ...others].find((rule) => !isOpen(rule.reviewers)) ?? base;
  const limited = rules.filter((rule) => rule.answer_within !== null);
  return {
    ...base,
    name: nameOf(rules),
    reviewers,
    on_call,
    escalate_to,
    reason: reasonPolicies[Math.max(...rules.map(({ reason }) => reasonPolicies.indexOf(reason)))] ?? "required",
    console_only: rules.some((rule) => rule.console_only),
    answer_within:
      limited.length === 0 ? null : Math.min(...limited.map((rule) => rule.answer_within ?? Number.POSITIVE_INFINITY)),
    when_unanswered: limited.some((rule) => rule.when_unanswered === "deny") ? "deny" : "wait",
  };
}

const isOpen = ({ roles, members }: Reviewers) => roles.length === 0 && members.length === 0;

function nameOf(rules: readonly ReviewRule[]): string {
  const named = [...new Set(rules.filter((rule) => rule !== defaultReviewRule).map(({ name }) => name))].join(" and ");
  return named.length > MAX_NAME ? `${named.slice(0, MAX_NAME - 1).trimEnd()}…`.toWellFormed() : named || defaultReviewRule.name;
}
