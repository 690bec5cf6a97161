import type { JsonObject, JsonValue } from "@ledgix/contract/json";
import type { Condition, Effect, Rule } from "./parse.ts";

/**
 * Whether a rule applies to a call. `unsure` where an argument that it names is absent or of another type: such a rule cannot be held
 * to say nothing, so whoever asks pauses.
 */
export type Applies = "yes" | "no" | "unsure";

export function ruleApplies(rule: Rule, toolArgs: JsonObject): Applies {
  const answers = rule.conditions.map((condition) => conditionHolds(condition, argumentAt(toolArgs, condition.path)));
  if (answers.includes("no")) return "no";
  return answers.includes("unsure") ? "unsure" : "yes";
}

export type Settled = { effect: Effect; rule: number } | null;

/**
 * What a list of rules says about a call. Deny beats review beats allow. A rule that is unsure, or could not be read (`null`), lets
 * nothing pass: what would be allowed is paused. No rule that applies settles nothing.
 *
 * @returns the effect and the position of the rule that settles it
 */
export function settle(rules: (Rule | null)[], toolArgs: JsonObject): Settled {
  const applies = rules.map((rule) => (rule === null ? "unsure" : ruleApplies(rule, toolArgs)));
  const first = (effect: Effect, answer: Applies) =>
    rules.findIndex((rule, i) => rule?.effect === effect && applies[i] === answer);
  const denied = first("deny", "yes");
  if (denied >= 0) return { effect: "deny", rule: denied };
  const reviewed = first("review", "yes");
  if (reviewed >= 0) return { effect: "review", rule: reviewed };
  const unsure = applies.indexOf("unsure");
  if (unsure >= 0) return { effect: "review", rule: unsure };
  const allowed = first("allow", "yes");
  return allowed >= 0 ? { effect: "allow", rule: allowed } : null;
}

function argumentAt(toolArgs: JsonObject, path: string[]): JsonValue | undefined {
  let value: JsonValue | undefined = toolArgs;
  for (const name of path) {
    if (value === null || typeof value !== "object" || Array.isArray(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

function conditionHolds(condition: Condition, value: JsonValue | undefined): Applies {
  switch (condition.operator) {
    case "is":
      return equals(value, condition.value);
    case "is_not": {
      const same = equals(value, condition.value);
      return same === "unsure" ? "unsure" : same === "yes" ? "no" : "yes";
    }
    case "one_of": {
      const answers = condition.values.map((candidate) => equals(value, candidate));
      if (answers.includes("yes")) return "yes";
      return answers.every((answer) => answer === "unsure") ? "unsure" : "no";
    }
    default: {
      if (typeof value !== "number") return "unsure";
      const holds = {
        at_most: value <= condition.value,
        over: value > condition.value,
        at_least: value >= condition.value,
        under: value < condition.value,
      };
      return holds[condition.operator] ? "yes" : "no";
    }
  }
}

/** Texts are compared without regard to case: `USD` and `usd` are one currency. */
function equals(value: JsonValue | undefined, literal: string | number | boolean): Applies {
  if (typeof value !== typeof literal) return "unsure";
  const same =
    typeof value === "string" && typeof literal === "string" ? value.toLowerCase() === literal.toLowerCase() : value === literal;
  return same ? "yes" : "no";
}
