import type { ReasonCode } from "@ledgix/contract/clearance";
import type { Citation, EvaluateAnswer, EvaluateRequest } from "@ledgix/contract/judge";
import { type CoveringPolicy, type Governing, governing, type WrittenRule } from "@ledgix/governing/governing";
import { sayDemand } from "@ledgix/governing/say-demand";
import { settleCall } from "@ledgix/governing/settle-call";
import { amountOf } from "@ledgix/rules/facts";
import { type Settlement, UNRULED } from "@ledgix/rules/settle";
import type { Database } from "@ledgix/tenancy/database";
import type { Retrieval } from "../retrieve/retrieve.ts";
import { answerUnder, review } from "./answer.ts";
import type { ModelJudge } from "./model.ts";
import { whyPaused } from "./why-paused.ts";

/** Characters of a category: no policy names a longer one. */
const MAX_CATEGORY = 256;
/** A rule that applies is as sure as a decision gets; see `clampConfidence`. */
const SETTLED = 0.99;

/** What finds passages, and the model that reads them where one is configured. */
export type Judging = { retrieve: Retrieval; model: ModelJudge | null };

/**
 * Judges a tool call. Rules come first: what they deny or pause stays denied or paused. Where they approve, a model may still object;
 * where they are silent, a model may decide, and without one a person does. Text of policies, arguments and context is data throughout.
 */
export async function evaluateCall(database: Database, judging: Judging, request: EvaluateRequest): Promise<EvaluateAnswer> {
  const governed = await governing(database, request.tool_name);
  const settled = governed.policies.length === 0 ? UNRULED : await settleCall(database, governed, request);
  return { ...(await answerTo(database, judging, request, governed, settled)), governing_hash: governed.hash };
}

/** The answer that a settlement amounts to, with its citations. Whoever gives it, the rules' demand holds. */
export async function answerTo(
  database: Database,
  judging: Judging,
  request: EvaluateRequest,
  governed: Governing,
  settled: Settlement,
): Promise<EvaluateAnswer> {
  const answer = await verdictOn(database, judging, request, governed, settled);
  return { ...answer, required_approvals: settled.approvals, approvals_reason: sayDemand(governed, settled) };
}

async function verdictOn(
  database: Database,
  { retrieve, model }: Judging,
  request: EvaluateRequest,
  governed: Governing,
  settled: Settlement,
): Promise<EvaluateAnswer> {
  const { policies, rules } = governed;
  const [first] = byHint(policies, request.context);
  const money = amountOf(request, governed.mapping);
  const amount = "why" in money ? null : money;
  if (first === undefined)
    return review(`No policy covers ${request.tool_name} yet, so a person must decide.`, "no_policy", null, []);

  const deciding = settled.rules.flatMap((i) => rules[i] ?? []);
  const [rule] = deciding;
  if (settled.effect === "deny" && rule) {
    return { ...decided("deny", `Your rule denies it: ${rule.text}`, "rule_deny", rule), amount };
  }
  if (settled.effect === "allow" && rule) {
    const allowed = { ...decided("allow", `Your rule allows it: ${rule.text}`, "rule_allow", rule), amount };
    if (model === null) return allowed;
    return model.object(request, allowed, await passagesFor(database, retrieve, request, deciding));
  }

  const passages = await passagesFor(database, retrieve, request, deciding);
  if (settled.effect === "review") {
    const { reason, code, cited } = whyPaused(governed, settled);
    const shown = [...new Set([...deciding, ...cited])];
    return { ...review(reason, code, shown[0]?.policy ?? first, [...shown.map(ruleCitation), ...passages]), amount };
  }
  if (model !== null) return { ...(await model.decide(request, first, passages)), amount };
  const silent =
    policies.length === 1
      ? `No rule of ${first.title}`
      : `No rule of the ${policies.length} policies that cover ${request.tool_name}`;
  return { ...review(`${silent} settles this call, so a person must decide.`, "no_rule", first, passages), amount };
}

/** What retrieval finds, without the rules that are cited already: a registered policy's text holds its rules. */
async function passagesFor(
  database: Database,
  retrieve: Retrieval,
  request: EvaluateRequest,
  cited: WrittenRule[],
): Promise<Citation[]> {
  const passages = await retrieve(database, {
    text: describeCall(request),
    toolName: request.tool_name,
    categories: categoriesOf(request),
  });
  return passages.filter(
    ({ policy_version_id, text }) =>
      !cited.some((rule) => rule.policy.policy_version_id === policy_version_id && text.includes(rule.text)),
  );
}

/** `context.policy_id` says which of the covering policies to name first. It cannot bring in another one, nor leave one out. */
function byHint(policies: CoveringPolicy[], context: EvaluateRequest["context"]): CoveringPolicy[] {
  const hint = context.policy_id ?? context.policyId;
  return policies.toSorted((a, b) => Number(b.policy_id === hint) - Number(a.policy_id === hint));
}

/** What a call says it is about: its data's categories, and the category of the action. */
function categoriesOf({ data_categories, context }: EvaluateRequest): string[] {
  const action = context.action_category;
  return [...data_categories, ...(typeof action === "string" ? [action] : [])].map((category) =>
    category.slice(0, MAX_CATEGORY).trim().toLowerCase(),
  );
}

/** What retrieval looks for: the tool's name as words, its arguments and the purpose. */
export function describeCall({
  tool_name,
  tool_args,
  purpose,
}: Pick<EvaluateRequest, "tool_name" | "tool_args" | "purpose">): string {
  const words = tool_name.replaceAll(/[_\-.]+/g, " ");
  const args = Object.entries(tool_args).map(
    ([name, value]) => `${name.replaceAll("_", " ")} ${typeof value === "object" ? "" : value}`,
  );
  return [words, ...args, purpose ?? ""].join(", ").slice(0, 1_000).toWellFormed();
}

function decided(verdict: "allow" | "deny", reason: string, reasonCode: ReasonCode, rule: WrittenRule): EvaluateAnswer {
  return {
    ...answerUnder(rule.policy),
    verdict,
    confidence: SETTLED,
    confidence_basis: "A rule settles it.",
    reason,
    reason_code: reasonCode,
    citations: [ruleCitation(rule)],
  };
}

/** A rule that the document does not hold is cited as a whole: the reader shows the version's rules. */
function ruleCitation({ policy, text, place }: WrittenRule): Citation {
  return {
    policy_id: policy.policy_id,
    policy_version_id: policy.policy_version_id,
    kind: "rule",
    heading: policy.title,
    text,
    ...(place ?? { start: 0, end: 0 }),
    score: 1,
  };
}
