import { preparsePolicySet, statefulIsAuthorized } from "@cedar-policy/cedar-wasm/nodejs";
import type { ToolMapping } from "@ledgix/contract/tool";
import { toCedar } from "./cedar.ts";
import { factsOf, type RuledCall } from "./facts.ts";
import { peopleSpokenOf } from "./people.ts";
import { type Reads, readsOf } from "./reads.ts";
import type { Effect, ParsedRule } from "./rule.ts";

/** A rule that decides: a sentence's, or an expert's own Cedar. */
export type DecidingRule = { effect: Effect; approvals: 1 | 2; cedar: string };

/** Rules, ready to be asked. `null` stands for one that could not be read. */
export type RuleSet = {
  rules: readonly (DecidingRule | null)[];
  /** How many people each rule asks for where it holds; of one that could not be read, as many as its words speak of. */
  people: readonly (1 | 2)[];
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

/** @param texts what is written, by position: all that is known of a rule that could not be read */
export function ruleSet(rules: readonly (DecidingRule | null)[], texts: readonly string[] = []): RuleSet {
  const each = rules.map((rule) => (rule === null ? null : readsOf(rule.cedar)));
  const policies = (wanted: (rule: DecidingRule) => boolean) =>
    Object.fromEntries(rules.flatMap((rule, i) => (rule !== null && wanted(rule) ? [[String(i), rule.cedar]] : [])));
  return {
    rules,
    people: rules.map((rule, i) => rule?.approvals ?? peopleSpokenOf(texts[i] ?? "")),
    readsOf: each,
    reads: {
      attributes: new Set(each.flatMap((reads) => [...(reads?.attributes ?? [])])),
      letters: each.map((reads) => reads?.letters ?? "").join(""),
    },
    everything: { policies: policies(() => true), at: null },
    permits: { policies: policies(({ effect }) => effect === "allow"), at: null },
  };
}

/** A rule that cannot be held to say nothing, since something that it asks about is missing or it could not be read. */
type UnsureRule = { rule: number; why: string[] };

/** How many different people must approve, if anybody may. */
export type Demand = {
  /** The strictest of the rules that hold or may hold, whatever the effect comes of. */
  approvals: 1 | 2;
  /** The rule that asks for more than one; `why` is null where it holds for sure, else what makes it unsure. */
  demandedBy: { rule: number; why: string[] | null } | null;
};

export type Settlement = Demand & {
  /** Null where no rule says anything. */
  effect: Effect | null;
  /** The rules that say so, by position. Empty where the effect comes of rules that are unsure. */
  rules: number[];
  unsure: UnsureRule[];
};

/** Where no rule is written. */
export const UNRULED: Settlement = { effect: null, approvals: 1, demandedBy: null, rules: [], unsure: [] };

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
  const demand = demandOf(set, reason, unsure);
  const saying = (effect: Effect) => reason.filter((i) => set.rules[i]?.effect === effect);
  for (const effect of ["deny", "review"] as const) {
    const rules = saying(effect);
    if (rules.length > 0) return { effect, rules, unsure, ...demand };
  }
  if (unsure.length > 0) return { effect: "review", rules: [], unsure, ...demand };
  const allowing = saying("allow");
  return { effect: allowing.length > 0 ? "allow" : null, rules: allowing, unsure, ...demand };
}

function demandOf({ people }: RuleSet, holding: number[], unsure: UnsureRule[]): Demand {
  const sure = holding.find((rule) => people[rule] === 2);
  if (sure !== undefined) return { approvals: 2, demandedBy: { rule: sure, why: null } };
  const possible = unsure.find(({ rule }) => people[rule] === 2);
  return possible ? { approvals: 2, demandedBy: possible } : { approvals: 1, demandedBy: null };
}

/** The strictest that any of the rules could ask for, whatever the call says. */
export function strictestDemand({ people }: RuleSet): Demand {
  const rule = people.indexOf(2);
  return rule < 0 ? { approvals: 1, demandedBy: null } : { approvals: 2, demandedBy: { rule, why: [] } };
}

/** Every rule's own answer, whatever the others say: for showing, not for deciding. */
export function trace(set: RuleSet, call: RuledCall, mapping: ToolMapping | null): ("yes" | "no" | "unsure")[] {
  const facts = factsOf(call, mapping, set.reads);
  const [all, permits] = [ask(set.everything, call, facts.context), ask(set.permits, call, facts.context)];
  const said = new Set([...all.reason, ...permits.reason]);
  const failed = new Set([...all.failed, ...permits.failed]);
  return set.rules.map((rule, i) => (rule === null || failed.has(i) ? "unsure" : said.has(i) ? "yes" : "no"));
}

function ask(
  slot: Slot,
  call: RuledCall,
  context: ReturnType<typeof factsOf>["context"],
): { reason: number[]; failed: number[] } {
  const answer = statefulIsAuthorized({
    // Cedar throws at half a surrogate pair; no name that a rule can write becomes another one by this.
    principal: { type: "Agent", id: call.agent_id.toWellFormed() },
    action: { type: "Action", id: "call" },
    resource: { type: "Tool", id: call.tool_name.toWellFormed() },
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
