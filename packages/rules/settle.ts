import { preparsePolicySet, statefulIsAuthorized } from "@cedar-policy/cedar-wasm/nodejs";
import type { ToolMapping } from "@ledgix/contract/tool";
import { toCedar } from "./cedar.ts";
import { factsOf, type RuledCall } from "./facts.ts";
import { type Reads, readsOf } from "./reads.ts";
import type { Effect, ParsedRule } from "./rule.ts";

/** A rule that decides: a sentence's, or an expert's own Cedar. */
export type DecidingRule = { effect: Effect; approvals: 1 | 2; cedar: string };

/** Rules, ready to be asked. `null` stands for one that could not be read. */
export type RuleSet = {
  rules: readonly (DecidingRule | null)[];
  reads: Reads;
  /** What each rule reads, by its position. */
  readsOf: readonly (Reads | null)[];
  everything: Slot;
  permits: Slot;
};

export function ruleOf(parsed: ParsedRule, sentence?: string): DecidingRule | null {
  if (!parsed.ok) return null;
  return { effect: parsed.rule.effect, approvals: parsed.rule.approvals, cedar: toCedar(parsed.rule, sentence) };
}

export function ruleSet(rules: readonly (DecidingRule | null)[]): RuleSet {
  const each = rules.map((rule) => (rule === null ? null : readsOf(rule.cedar)));
  const policies = (wanted: (rule: DecidingRule) => boolean) =>
    Object.fromEntries(rules.flatMap((rule, i) => (rule !== null && wanted(rule) ? [[String(i), rule.cedar]] : [])));
  return {
    rules,
    readsOf: each,
    reads: {
      attributes: new Set(each.flatMap((reads) => [...(reads?.attributes ?? [])])),
      letters: each.map((reads) => reads?.letters ?? "").join(""),
    },
    everything: { policies: policies(() => true), at: null },
    permits: { policies: policies(({ effect }) => effect === "allow"), at: null },
  };
}

export type Settlement = {
  /** Null where no rule says anything. */
  effect: Effect | null;
  approvals: 1 | 2;
  /** The rules that say so, by position. Empty where the effect comes of rules that are unsure. */
  rules: number[];
  /** Rules that cannot be held to say nothing, since something that they ask about is missing or they could not be read. */
  unsure: { rule: number; why: string[] }[];
};

/**
 * What rules say about a call. Deny beats review beats allow, by Cedar's own forbid over permit. A rule that is unsure lets nothing
 * pass: what would be approved is paused.
 */
export function settle(set: RuleSet, call: RuledCall, mapping: ToolMapping | null): Settlement {
  const facts = factsOf(call, mapping, set.reads);
  const { reason, failed } = ask(set.everything, call, facts.context);
  const unreadable = set.rules.flatMap((rule, i) => (rule === null ? [i] : []));
  const unsure = [...failed, ...unreadable]
    .toSorted((a, b) => a - b)
    .map((rule) => ({
      rule,
      why: [...(set.readsOf[rule]?.attributes ?? [])].flatMap((attribute) => facts.missing.get(attribute) ?? []),
    }));
  const saying = (effect: Effect) => reason.filter((i) => set.rules[i]?.effect === effect);
  for (const effect of ["deny", "review"] as const) {
    const rules = saying(effect);
    if (rules.length > 0) return { effect, rules, unsure, approvals: approvalsOf(set, rules) };
  }
  if (unsure.length > 0) return { effect: "review", rules: [], unsure, approvals: 1 };
  const allowing = saying("allow");
  return { effect: allowing.length > 0 ? "allow" : null, rules: allowing, unsure, approvals: 1 };
}

/** Every rule's own answer, whatever the others say: for showing, not for deciding. */
export function trace(set: RuleSet, call: RuledCall, mapping: ToolMapping | null): ("yes" | "no" | "unsure")[] {
  const facts = factsOf(call, mapping, set.reads);
  const [all, permits] = [ask(set.everything, call, facts.context), ask(set.permits, call, facts.context)];
  const said = new Set([...all.reason, ...permits.reason]);
  const failed = new Set([...all.failed, ...permits.failed]);
  return set.rules.map((rule, i) => (rule === null || failed.has(i) ? "unsure" : said.has(i) ? "yes" : "no"));
}

function approvalsOf(set: RuleSet, rules: number[]): 1 | 2 {
  return rules.some((i) => set.rules[i]?.approvals === 2) ? 2 : 1;
}

function ask(
  slot: Slot,
  call: RuledCall,
  context: ReturnType<typeof factsOf>["context"],
): { reason: number[]; failed: number[] } {
  const answer = statefulIsAuthorized({
    principal: { type: "Agent", id: call.agent_id },
    action: { type: "Action", id: "call" },
    resource: { type: "Tool", id: call.tool_name },
    context,
    preparsedPolicySetId: prepared(slot),
    entities: [],
  });
  if (answer.type === "failure") throw new Error(`Cedar refused the call: ${answer.errors[0]?.message}`);
  const { reason, errors } = answer.response.diagnostics;
  return { reason: reason.map(Number), failed: errors.map(({ policyId }) => Number(policyId)) };
}

/** Cedar keeps parsed policies under a name and never forgets one, so the names are few and used again. */
type Slot = { policies: Record<string, string>; at: number | null };
const SLOTS = 128;
const holders: (Slot | undefined)[] = [];
let next = 0;

function prepared(slot: Slot): string {
  if (slot.at !== null && holders[slot.at] === slot) return `slot-${slot.at}`;
  const at = next++ % SLOTS;
  const answer = preparsePolicySet(`slot-${at}`, { staticPolicies: slot.policies });
  if (answer.type === "failure") throw new Error(`Cedar refused the policies: ${answer.errors[0]?.message}`);
  holders[at] = slot;
  slot.at = at;
  return `slot-${at}`;
}
