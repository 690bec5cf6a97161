import { type PolicyCoverage, toolMapping } from "@ledgix/contract/tool";
import { parseRule, type Terms } from "@ledgix/rules/parse";
import type { Condition } from "@ledgix/rules/rule";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { findingsAmong } from "./findings.ts";
import { readTermMap } from "./terms.ts";

const DAYS = 90;

const seen = z.object({
  tool_name: z.string(),
  requests: z.coerce.number(),
  settled: z.coerce.number(),
  uncovered: z.coerce.number(),
  mapping: toolMapping.nullable(),
});
const inForce = z.object({
  policy_id: z.string(),
  title: z.string(),
  tools: z.array(z.string()),
  rules: z.array(z.string()),
  cedar: z.string(),
  used: z.boolean(),
});

/** How the policies in force meet the tools that agents call: what rules settle, what is left to people, and what nobody covers. */
export async function readCoverage(database: Queryable): Promise<PolicyCoverage> {
  const terms = await readTermMap(database);
  const tools = await database.rows(
    seen,
    `select r.tool_name, count(*) as requests,
       count(*) filter (where coalesce(pause_reason_code, reason_code) in ('rule_allow', 'rule_deny', 'rule_review')) as settled,
       count(*) filter (where coalesce(pause_reason_code, reason_code) = 'no_policy') as uncovered,
       (select mapping from tool_mappings m where m.tool_name = r.tool_name) as mapping
     from clearance_requests r where requested_at > now() - interval '${DAYS} days' and status <> 'processing'
     group by r.tool_name order by requests desc, r.tool_name limit 500`,
  );
  const policies = await database.rows(
    inForce,
    `select policy_id, title, tools, rules, cedar, exists (
       select from clearance_requests r where r.policy_id = v.policy_id and r.requested_at > now() - interval '${DAYS} days') as used
     from policies_in_force v order by lower(title)`,
  );
  return {
    days: DAYS,
    tools: tools.map(({ tool_name, requests, settled, uncovered, mapping }) => {
      const covering = policies.filter((policy) => policy.tools.length === 0 || policy.tools.includes(tool_name));
      const ruled = covering.filter((policy) => policy.rules.length > 0 || policy.cedar !== "");
      const needsMapping = mapping?.amount == null && covering.some((policy) => asksForAmount(policy, terms));
      const open = requests - settled - uncovered;
      return {
        tool_name,
        requests,
        settled,
        open,
        uncovered,
        state:
          covering.length === 0
            ? "not_at_all"
            : ruled.length > 0 && !needsMapping && open + uncovered === 0
              ? "governed"
              : "partly",
        policies: covering.map((policy) => ({ policy_id: policy.policy_id, title: policy.title, rules: policy.rules.length })),
        needs_mapping: needsMapping,
      };
    }),
    unused: policies.filter(({ used }) => !used).map(({ policy_id, title }) => ({ policy_id, title })),
    findings: findingsAmong(policies, terms),
  };
}

function asksForAmount({ rules, cedar }: { rules: string[]; cedar: string }, terms: Terms): boolean {
  const isAmount = (condition: Condition): boolean =>
    condition.on === "amount" || (condition.on === "unless" && condition.conditions.some(isAmount));
  return (
    cedar.includes("context.amount") ||
    rules.some((text) => {
      const parsed = parseRule(text, terms);
      return parsed.ok && parsed.rule.conditions.some(isAmount);
    })
  );
}
