import { defaultReviewRule, type ReviewRule } from "@ledgix/contract/review-rules";
import type { Queryable } from "@ledgix/tenancy/database";
import type { StoredRequest } from "../clearance/stored-request.ts";
import { readReviewSettings } from "../settings/review.ts";
import { standInsOf } from "./absences.ts";

/**
 * Gives a request that has just paused its rule, its deadline and, by the order of duty, its reviewer. A policy may ask for two people
 * where the review rule asks for one; never the other way.
 */
export async function routeCase(transaction: Queryable, request: StoredRequest, now: Date, approvals: 1 | 2 = 1): Promise<void> {
  const { rules } = await readReviewSettings(transaction);
  const fitting = ruleFor(rules, request);
  const rule = approvals > fitting.approvals ? { ...fitting, approvals } : fitting;
  if (rule === defaultReviewRule) return;
  await transaction.run(
    "update clearance_requests set review_rule = $2::json, due_at = $3, assignee = $4 where request_id = $1",
    [
      request.request_id,
      JSON.stringify(rule),
      rule.answer_within === null ? null : new Date(now.getTime() + rule.answer_within * 1000),
      await onDuty(transaction, rule, now),
    ],
  );
}

/** The first rule that fits, or the one for everything else. */
export function ruleFor(
  rules: readonly ReviewRule[],
  request: Pick<StoredRequest, "tool_name" | "agent_id" | "data_categories" | "context" | "amount" | "currency">,
): ReviewRule {
  return rules.find((rule) => fits(rule, request)) ?? defaultReviewRule;
}

function fits({ when }: ReviewRule, request: Parameters<typeof ruleFor>[1]): boolean {
  const category = request.context.action_category;
  const categories = [...request.data_categories, ...(typeof category === "string" ? [category] : [])];
  return (
    anyMatches(when.tools, [request.tool_name]) &&
    anyMatches(when.agents, [request.agent_id]) &&
    anyMatches(when.categories, categories) &&
    isAbove(when, request)
  );
}

function anyMatches(patterns: readonly string[], values: readonly string[]): boolean {
  if (patterns.length === 0) return true;
  return patterns.some((pattern) => values.some((value) => matchesPattern(pattern, value)));
}

/** `*` stands for any characters; case does not count. */
export function matchesPattern(pattern: string, value: string): boolean {
  return new RegExp(`^${pattern.split("*").map(RegExp.escape).join(".*")}$`, "is").test(value);
}

/** An amount in no currency, or in another one, cannot be compared, so the rule fits: a rule must not be dodged by leaving it out. */
function isAbove(
  { amount_over, currency }: ReviewRule["when"],
  request: { amount: number | null; currency: string | null },
): boolean {
  if (amount_over === null) return true;
  if (request.amount === null) return true;
  if (currency !== null && request.currency?.toUpperCase() !== currency) return true;
  return request.amount > amount_over;
}

/** The first in the order of duty who is there; for one who is away, who stands in for them. */
async function onDuty(transaction: Queryable, rule: ReviewRule, now: Date): Promise<string | null> {
  if (rule.on_call.length === 0) return null;
  const standIns = await standInsOf(transaction, now);
  const present = rule.on_call.find((member) => !standIns.has(member));
  return present ?? rule.on_call.map((member) => standIns.get(member)).find((delegate) => delegate != null) ?? null;
}
