import type { RuleFinding } from "@ledgix/contract/policy";
import { findConflicts } from "@ledgix/rules/conflicts";
import { parseRule, type Terms } from "@ledgix/rules/parse";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";

const ruled = z.object({ policy_id: z.string(), title: z.string(), tools: z.array(z.string()), rules: z.array(z.string()) });
type Ruled = z.infer<typeof ruled>;

/** What a version's rules do to one another, and what those of other policies in force do to them. */
export async function findingsOf(database: Queryable, version: Ruled, terms: Terms): Promise<RuleFinding[]> {
  const others = await database.rows(
    ruled,
    "select policy_id, title, tools, rules from policies_in_force where policy_id <> $1",
    [version.policy_id],
  );
  return findingsAmong([version, ...others.filter((other) => shareATool(version, other))], terms).filter(
    ({ of }) => of === version.policy_id,
  );
}

/** Every finding among policies that are in force. `of` is the policy whose rule it is about. */
export function findingsAmong(policies: Ruled[], terms: Terms): (RuleFinding & { of: string })[] {
  const written = policies.flatMap((policy) =>
    policy.rules.map((text) => {
      const parsed = parseRule(text, terms);
      return { policy, text, rule: parsed.ok ? parsed.rule : null };
    }),
  );
  return findConflicts(written.map(({ rule }) => rule)).flatMap(({ kind, rule, by }) => {
    const [mine, theirs] = [written[rule], written[by]];
    if (mine === undefined || theirs === undefined || !shareATool(mine.policy, theirs.policy)) return [];
    // Hidden only where the other policy covers every tool that this one covers.
    const isElsewhere = mine.policy !== theirs.policy;
    if (isElsewhere && kind === "shadowed" && !coversAllOf(theirs.policy, mine.policy)) return [];
    return [
      { kind, rule: mine.text, by: theirs.text, by_policy: isElsewhere ? theirs.policy.title : null, of: mine.policy.policy_id },
    ];
  });
}

const shareATool = (a: Ruled, b: Ruled) =>
  a.tools.length === 0 || b.tools.length === 0 || a.tools.some((tool) => b.tools.includes(tool));
const coversAllOf = (wide: Ruled, narrow: Ruled) =>
  wide.tools.length === 0 || (narrow.tools.length > 0 && narrow.tools.every((tool) => wide.tools.includes(tool)));
