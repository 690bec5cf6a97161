import type { ReasonCode } from "@ledgix/contract/clearance";
import type { Citation, EvaluateAnswer, EvaluateRequest } from "@ledgix/contract/judge";
import { settle } from "@ledgix/rules/evaluate";
import { parseRule, type Rule } from "@ledgix/rules/parse";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import type { Embedding } from "../adapters/embedding.ts";
import { retrievePassages } from "../retrieve/retrieve.ts";

const coveringPolicy = z.object({
  policy_id: z.string(),
  policy_version_id: z.string(),
  content_hash: z.string(),
  content: z.string(),
  title: z.string(),
  rules: z.array(z.string()),
});
type CoveringPolicy = z.infer<typeof coveringPolicy>;
type WrittenRule = { policy: CoveringPolicy; text: string; rule: Rule | null };

/** A rule that applies is as sure as a decision gets; see `clampConfidence`. */
const SETTLED = 0.99;
/** Nothing was decided, so nothing is claimed. */
const UNDECIDED = 0.5;

/**
 * The local judge: decides what written rules settle, and pauses everything else with the passages that a person should read. Text of
 * policies, arguments and context is data here; nothing in it is followed.
 */
export async function evaluateCall(database: Queryable, embedding: Embedding, request: EvaluateRequest): Promise<EvaluateAnswer> {
  const policies = await policiesFor(database, request.tool_name);
  const [first] = byHint(policies, request.context);
  if (first === undefined) {
    return review(`No policy covers ${request.tool_name} yet, so a person must decide.`, "no_policy", null, []);
  }
  const rules = policies.flatMap((policy) => policy.rules.map((text): WrittenRule => ({ policy, text, rule: readRule(text) })));
  const settled = settle(
    rules.map(({ rule }) => rule),
    request.tool_args,
  );
  const deciding = settled && rules[settled.rule];
  if (settled?.effect === "allow" && deciding)
    return decided("allow", `Your rule allows it: ${deciding.text}`, "rule_allow", deciding);
  if (settled?.effect === "deny" && deciding)
    return decided("deny", `Your rule denies it: ${deciding.text}`, "rule_deny", deciding);

  const passages = await retrievePassages(database, embedding, { text: describeCall(request), toolName: request.tool_name });
  if (deciding) {
    // A registered policy's text holds its rules: the one that is cited is not shown twice.
    const others = passages.filter(
      (passage) => passage.policy_version_id !== deciding.policy.policy_version_id || !passage.text.includes(deciding.text),
    );
    const citations = [ruleCitation(deciding), ...others];
    if (deciding.rule === null) {
      return review(
        `A rule of ${deciding.policy.title} could not be read: ${deciding.text}`,
        "rule_unreadable",
        deciding.policy,
        citations,
      );
    }
    const why =
      deciding.rule.effect === "review"
        ? "Your rule asks for a person"
        : "An argument that your rule needs is missing or of another type";
    return review(`${why}: ${deciding.text}`, "rule_review", deciding.policy, citations);
  }
  return review(`No rule of ${first.title} settles this call, so a person must decide.`, "no_rule", first, passages);
}

async function policiesFor(database: Queryable, toolName: string): Promise<CoveringPolicy[]> {
  return database.rows(
    coveringPolicy,
    `select v.policy_id, v.policy_version_id, v.content_hash, v.content, v.title, v.rules
     from policies p join policy_versions v on v.policy_version_id = p.current_version_id
     where cardinality(v.tools) = 0 or $1 = any(v.tools)
     order by cardinality(v.tools) = 0, v.created_at desc`,
    [toolName],
  );
}

/** `context.policy_id` says which of the covering policies to name first. It cannot bring in another one, nor leave one out. */
function byHint(policies: CoveringPolicy[], context: EvaluateRequest["context"]): CoveringPolicy[] {
  const hint = context.policy_id ?? context.policyId;
  return policies.toSorted((a, b) => Number(b.policy_id === hint) - Number(a.policy_id === hint));
}

function readRule(text: string): Rule | null {
  const parsed = parseRule(text);
  return parsed.ok ? parsed.rule : null;
}

/** What retrieval looks for: the tool's name as words, its arguments and the purpose. */
function describeCall({ tool_name, tool_args, purpose }: EvaluateRequest): string {
  const words = tool_name.replaceAll(/[_\-.]+/g, " ");
  const args = Object.entries(tool_args).map(
    ([name, value]) => `${name.replaceAll("_", " ")} ${typeof value === "object" ? "" : value}`,
  );
  return [words, ...args, purpose ?? ""].join(", ").slice(0, 1_000);
}

function decided(verdict: "allow" | "deny", reason: string, reasonCode: ReasonCode, rule: WrittenRule): EvaluateAnswer {
  return {
    ...answerUnder(rule.policy),
    verdict,
    confidence: SETTLED,
    reason,
    reason_code: reasonCode,
    citations: [ruleCitation(rule)],
  };
}

function review(reason: string, reasonCode: ReasonCode, policy: CoveringPolicy | null, citations: Citation[]): EvaluateAnswer {
  return { ...answerUnder(policy), verdict: "review", confidence: UNDECIDED, reason, reason_code: reasonCode, citations };
}

function answerUnder(policy: CoveringPolicy | null) {
  return {
    policy_id: policy?.policy_id ?? null,
    policy_version_id: policy?.policy_version_id ?? null,
    policy_content_hash: policy?.content_hash ?? null,
  };
}

function ruleCitation({ policy, text }: WrittenRule): Citation {
  const start = Math.max(0, policy.content.indexOf(text));
  return {
    policy_id: policy.policy_id,
    policy_version_id: policy.policy_version_id,
    kind: "rule",
    heading: policy.title,
    text,
    start,
    end: start + text.length,
    score: 1,
  };
}
