import type { Reviewers, ReviewRule } from "@ledgix/contract/review-rules";
import { formatMoney } from "@ledgix/sentence/money";

const either = new Intl.ListFormat("en", { type: "disjunction" });
const every = new Intl.ListFormat("en", { type: "conjunction" });

export function describeReviewers({ roles, members }: Reviewers): string {
  const names = [...roles.map((role) => `any ${role}`), ...members];
  return names.length === 0 ? "anybody who decides" : either.format(names);
}

/** "stripe_* over $500.00": which requests a rule is for. */
export function describeWhen({ when }: ReviewRule): string {
  const parts = [
    when.tools.length > 0 ? either.format(when.tools) : "Every tool",
    when.amount_over !== null && `over ${formatMoney({ amount: when.amount_over, currency: when.currency })}`,
    when.agents.length > 0 && `by ${either.format(when.agents)}`,
    when.categories.length > 0 && `with ${either.format(when.categories)}`,
  ];
  return parts.filter(Boolean).join(" ");
}

/** "4 hours", "2 days". */
export function describeSeconds(seconds: number): string {
  const [size, unit] =
    seconds % 86_400 === 0
      ? [seconds / 86_400, "day"]
      : seconds % 3600 === 0
        ? [seconds / 3600, "hour"]
        : [seconds / 60, "minute"];
  return `${size} ${unit}${size === 1 ? "" : "s"}`;
}

/** "Two people: any owner or risk@example.com; with a reason; within 4 hours, then any admin, then denied". */
export function describeDemand(rule: ReviewRule): string {
  const who = describeReviewers(rule.reviewers);
  const time = rule.answer_within === null ? null : `within ${describeSeconds(rule.answer_within)}`;
  const after = [
    rule.escalate_to && `then ${describeReviewers(rule.escalate_to)}`,
    rule.when_unanswered === "deny" ? "then denied" : rule.answer_within !== null && "then it waits",
  ].filter((part) => typeof part === "string");
  return [
    rule.approvals === 2 ? `Two people: ${who}` : `${who.charAt(0).toUpperCase()}${who.slice(1)}`,
    rule.reason === "required" ? "with a reason" : rule.reason === "required_to_deny" ? "with a reason to deny" : null,
    rule.console_only ? "in the console" : null,
    time && [time, ...after].join(", "),
    rule.on_call.length > 0 ? `on call: ${every.format(rule.on_call)}` : null,
  ]
    .filter((part) => part !== null)
    .join("; ");
}
