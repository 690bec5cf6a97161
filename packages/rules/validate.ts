import { policySetTextToParts, policyToJson, validate } from "@cedar-policy/cedar-wasm/nodejs";
import { readsOf } from "./reads.ts";
import type { Effect } from "./rule.ts";
import type { DecidingRule } from "./settle.ts";

/** Types of what a policy may read. Everything is required: a guard with `has` is an expert's own choice, the absence of one is safe. */
const named = {
  acts: { type: "Set", element: { type: "String" } },
  categories: { type: "Set", element: { type: "String" } },
  amount: record({ minor: { type: "Long" }, currency: { type: "String" } }),
  ...Object.fromEntries(
    ["tool", "agent", "principal", "payee", "destination", "purpose"].map((name) => [name, { type: "String" }]),
  ),
};
const kinds: Record<string, object> = {
  text: { type: "String" },
  number: { type: "Extension", name: "decimal" },
  flag: { type: "Boolean" },
  time: record({ minute: { type: "Long" }, weekend: { type: "Boolean" } }),
  rate: { type: "Long" },
};

function record(attributes: object) {
  return { type: "Record", attributes };
}

/** Cedar's schema for what these policies read: arguments have the type of the record in which they stand. */
function schemaFor(attributes: Iterable<string>): object {
  const records: Record<string, Record<string, object>> = { text: {}, number: {}, flag: {}, time: {}, rate: {} };
  for (const attribute of attributes) {
    const [kind = "", ...rest] = attribute.split("/");
    const type = kinds[kind];
    if (type !== undefined && rest.length > 0) Object.assign(records[kind] ?? {}, { [rest.join("/")]: type });
  }
  const context = record({
    ...named,
    ...Object.fromEntries(Object.entries(records).map(([kind, found]) => [kind, record(found)])),
  });
  const appliesTo = { principalTypes: ["Agent"], resourceTypes: ["Tool"], context };
  return { "": { entityTypes: { Agent: {}, Tool: {} }, actions: { call: { appliesTo } } } };
}

export type ReadCedar = { ok: true; rules: DecidingRule[] } | { ok: false; problem: string };

/**
 * Reads policies that an expert wrote in Cedar itself, beside the sentences. Each is parsed and validated against the types of what it
 * reads; `@effect("review")` on a `forbid` asks for a person, `@approvals("2")` for two.
 */
export function readCedar(text: string): ReadCedar {
  if (text.trim() === "") return { ok: true, rules: [] };
  const parts = policySetTextToParts(text);
  if (parts.type === "failure") return { ok: false, problem: `Cedar cannot read this: ${parts.errors[0]?.message}.` };
  if (parts.policy_templates.length > 0) return { ok: false, problem: "Templates have no place here: write whole policies." };
  const rules: DecidingRule[] = [];
  for (const [i, cedar] of parts.policies.entries()) {
    const rule = readOne(cedar);
    if (typeof rule === "string") return { ok: false, problem: `Policy ${i + 1}: ${rule}` };
    rules.push(rule);
  }
  return { ok: true, rules };
}

function readOne(cedar: string): DecidingRule | string {
  const parsed = policyToJson(cedar);
  if (parsed.type === "failure") return `${parsed.errors[0]?.message}.`;
  const problem = problemIn(cedar);
  if (problem !== null) return problem;
  const { effect: kind, annotations = {} } = parsed.json;
  const effect = (annotations.effect ?? (kind === "permit" ? "allow" : "deny")) as Effect; // checked in the next lines
  if ((kind === "permit") !== (effect === "allow") || !["allow", "review", "deny"].includes(effect))
    return 'A permit allows. A forbid denies, or asks for a person with @effect("review").';
  const { approvals = "1" } = annotations;
  if (approvals !== "1" && (approvals !== "2" || effect !== "review"))
    return '@approvals says "1" or "2", and stands at a forbid with @effect("review").';
  if (kind === "permit" && parsed.json.conditions.length === 0 && parsed.json.resource.op === "All")
    return "This permits anything. Name a condition.";
  return { effect, approvals: approvals === "2" ? 2 : 1, cedar };
}

/** What Cedar's validator says against a policy, in one line, or null. */
export function problemIn(cedar: string): string | null {
  const answer = validate({
    // The schema is built from constants and names; its shape is Cedar's own.
    schema: schemaFor(readsOf(cedar).attributes) as never,
    policies: { staticPolicies: { policy: cedar } },
    validationSettings: { mode: "strict" },
  });
  if (answer.type === "failure") return `${answer.errors[0]?.message}.`;
  const [first] = answer.validationErrors;
  return first === undefined ? null : `${first.error.message}${first.error.help ? ` (${first.error.help})` : ""}.`;
}
