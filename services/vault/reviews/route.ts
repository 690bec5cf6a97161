import type { EvaluateAnswer } from "@ledgix/contract/judge";
import { matchesPattern } from "@ledgix/contract/pattern";
import { ProblemError } from "@ledgix/contract/problem";
import { defaultReviewRule, type ReviewRule } from "@ledgix/contract/review-rules";
import { toolMapping } from "@ledgix/contract/tool";
import { amountOf } from "@ledgix/rules/facts";
import { fromMinor } from "@ledgix/rules/rule";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import type { StoredRequest } from "../clearance/stored-request.ts";
import { ownerOf } from "../database/owner.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { readPeople } from "../people/directory.ts";
import { onDuty } from "../people/on-duty.ts";
import { readReviewSettings } from "../settings/review.ts";
import { standInsOf } from "./absences.ts";
import { strictestOf } from "./strictest-rule.ts";
import { type SureAmount, sureAmountIn } from "./sure-amount.ts";

type Amount = SureAmount | { why: string };
type Routed = Pick<StoredRequest, "tool_name" | "tool_args" | "agent_id" | "data_categories" | "context">;

/** What a case carries from its pause on. */
export type CaseRoute = {
  /** Null where nothing beside the default is asked. */
  rule: ReviewRule | null;
  dueAt: Date | null;
  assignee: string | null;
  /** Why two people must approve, where the tenant's rules ask for them and it is not plain that they do. */
  why: string | null;
};

type Deps = Pick<VaultDependencies, "controlPlane" | "now">;

/**
 * Finds the rule of a request that pauses, its deadline and, by the order of duty, its reviewer. A policy may ask for two people where the
 * review rule asks for one; never the other way.
 */
export async function routeCase(
  deps: Deps,
  transaction: Queryable,
  request: Routed,
  { required_approvals }: Pick<EvaluateAnswer, "required_approvals">,
): Promise<CaseRoute> {
  const { rules } = await readReviewSettings(transaction);
  const { rule: fitting, why } = ruleFor(rules, request, await readAmount(transaction, rules, request));
  const rule = required_approvals > fitting.approvals ? { ...fitting, approvals: required_approvals } : fitting;
  return {
    rule: rule === defaultReviewRule ? null : rule,
    dueAt: rule.answer_within === null ? null : new Date(deps.now().getTime() + rule.answer_within * 1000),
    assignee: await assigneeOf(deps, transaction, rule),
    why: required_approvals > 1 ? null : why,
  };
}

/** The amount by the tool's confirmed mapping. Where that finds none, no name stands in for it; where nobody confirmed one, a plain name may. */
async function readAmount(transaction: Queryable, rules: readonly ReviewRule[], request: Routed): Promise<Amount> {
  if (rules.every(({ when }) => when.amount_over === null)) return { why: "No rule asks for the amount." };
  const row = await transaction.row(
    z.object({ mapping: toolMapping }),
    "select mapping from tool_mappings where tool_name = $1",
    [request.tool_name],
  );
  if (!row?.mapping.amount) return sureAmountIn(request.tool_args);
  const found = amountOf(request, row.mapping);
  if ("why" in found) return found;
  return { amount: Number(fromMinor(found.minor, found.currency)), currency: found.currency };
}

/** The strictest of all rules that may fit, up to the first that fits for sure: what is unsure about a call must not lead past a rule. */
export function ruleFor(rules: readonly ReviewRule[], request: Routed, amount: Amount): { rule: ReviewRule; why: string | null } {
  const tried = [...rules, defaultReviewRule].map((rule) => ({ rule, doubts: doubtsOf(rule, request, amount) }));
  const until = tried.findIndex(({ doubts }) => doubts?.length === 0);
  const fitting = tried.slice(0, until + 1).filter(({ doubts }) => doubts !== null);
  const demanding = fitting.filter(({ rule }) => rule.approvals > 1);
  const unsure = demanding.every(({ doubts }) => doubts !== null && doubts.length > 0) ? demanding[0] : undefined;
  return {
    rule: strictestOf(fitting.map(({ rule }) => rule)),
    why: unsure ? `Two people must approve, since the rule “${unsure.rule.name}” may apply. ${unsure.doubts?.join(" ")}` : null,
  };
}

/** What keeps a rule from fitting for sure, none where it fits; null where it does not fit. */
function doubtsOf({ when }: ReviewRule, request: Routed, amount: Amount): string[] | null {
  const category = request.context.action_category ?? null;
  const isReadable = category === null || typeof category === "string";
  const categories = [...request.data_categories, ...(typeof category === "string" ? [category] : [])];
  const parts = [
    matchOf(when.tools, [request.tool_name], "The tool's name"),
    matchOf(when.agents, [request.agent_id], "The agent's name"),
    isReadable || when.categories.length === 0
      ? matchOf(when.categories, categories, "A category")
      : "The category of the action is not a text.",
    aboveOf(when, amount),
  ];
  return parts.includes(false) ? null : parts.filter((part) => typeof part === "string");
}

/** True, false, or why it cannot be told. */
type Match = boolean | string;

function matchOf(patterns: readonly string[], values: readonly string[], what: string): Match {
  if (anyMatches(patterns, values)) return true;
  return anyMatches(patterns, values.map(plainly)) ? `${what} looks like one that the rule names.` : false;
}

/** A text as it looks: its width, white space around it, and what cannot be seen do not count. */
const plainly = (text: string) =>
  text
    .normalize("NFKC")
    .replaceAll(/[\p{C}\p{Default_Ignorable_Code_Point}]/gu, "")
    .trim();

function anyMatches(patterns: readonly string[], values: readonly string[]): boolean {
  if (patterns.length === 0) return true;
  return patterns.some((pattern) => values.some((value) => matchesPattern(pattern, value)));
}

/** A rule must not be dodged by an amount that cannot be compared. */
function aboveOf({ amount_over, currency }: ReviewRule["when"], sure: Amount): Match {
  if (amount_over === null) return true;
  if ("why" in sure) return sure.why;
  if (currency !== null && sure.currency === null) return "The call does not name its currency for sure.";
  if (currency !== null && sure.currency !== currency) return `The amount is in ${sure.currency}, not in ${currency}.`;
  return sure.amount > amount_over;
}

/** Whoever is on duty of those who may decide now; nobody where that cannot be checked, since a pause waits for nothing. */
async function assigneeOf(deps: Deps, transaction: Queryable, rule: ReviewRule): Promise<string | null> {
  const clientId = rule.on_call.length === 0 ? null : await ownerOf(transaction);
  if (clientId === null) return null;
  const people = await readPeople(deps, clientId).catch((error: unknown) => {
    if (error instanceof ProblemError) return [];
    throw error;
  });
  return onDuty(rule, await standInsOf(transaction, deps.now()), people);
}
