import type { Condition, Effect, Literal, Rule } from "./rule.ts";

/** What two rules do to each other; positions are those of the given list. */
export type Finding =
  /** The rule never has its effect: wherever it holds, `by` holds too, and is stronger or says the same. */
  | { kind: "shadowed"; rule: number; by: number }
  /** Some calls fit both; the stronger effect, that of `by`, stands there. */
  | { kind: "overlap"; rule: number; by: number };

const strength: Record<Effect, number> = { allow: 0, review: 1, deny: 2 };

/**
 * Rules that contradict or hide one another. It reasons about amounts, numbers and texts one fact at a time; what it cannot compare it
 * takes to be independent, so it may miss an overlap behind "unless", and never reports a shadow that is none.
 */
export function findConflicts(rules: readonly (Rule | null)[]): Finding[] {
  const findings: Finding[] = [];
  for (const [i, rule] of rules.entries()) {
    for (const [j, other] of rules.entries()) {
      if (i === j || rule === null || other === null || strength[other.effect] < strength[rule.effect]) continue;
      const isSame = rule.effect === other.effect;
      if (isSame && (other.approvals < rule.approvals || (j > i && implies(other, rule)))) continue; // of twins, the later one is named
      if (implies(rule, other)) findings.push({ kind: "shadowed", rule: i, by: j });
      else if (rule.effect === "allow" && other.effect === "deny" && mayMeet(rule, other))
        findings.push({ kind: "overlap", rule: i, by: j });
    }
  }
  return findings;
}

/** What a rule asks of one fact: a span of numbers, or texts that it may be, or may not be. */
type Constraint = {
  min: number;
  minOpen: boolean;
  max: number;
  maxOpen: boolean;
  only: Set<Literal> | null;
  never: Set<Literal>;
};

function keyOf(condition: Condition): string | null {
  switch (condition.on) {
    case "amount":
      return `amount ${condition.currency}`;
    case "argument":
      return "other" in condition ? null : `argument ${condition.path.join(".")}`;
    case "unless":
    case "days":
    case "hours":
    case "rate":
    case "act":
    case "data":
      return null;
    default:
      return condition.on;
  }
}

function constraintsOf({ conditions }: Rule): Map<string, Constraint> {
  const found = new Map<string, Constraint>();
  for (const condition of conditions) {
    const key = keyOf(condition);
    if (key === null) continue;
    const constraint = found.get(key) ?? {
      min: Number.NEGATIVE_INFINITY,
      minOpen: false,
      max: Number.POSITIVE_INFINITY,
      maxOpen: false,
      only: null,
      never: new Set<Literal>(),
    };
    narrow(constraint, condition);
    found.set(key, constraint);
  }
  return found;
}

function narrow(constraint: Constraint, condition: Condition): void {
  const operator = "operator" in condition ? condition.operator : null;
  if (operator === "is" || operator === "one_of" || operator === "is_not") {
    const values = new Set(valuesOf(condition));
    if (operator === "is_not") for (const value of values) constraint.never.add(value);
    else constraint.only = constraint.only === null ? values : constraint.only.intersection(values);
    return;
  }
  const bound = condition.on === "amount" ? condition.minor : "value" in condition ? Number(condition.value) : 0;
  const isOpen = operator === "over" || operator === "under";
  if (operator === "over" || operator === "at_least") {
    if (bound > constraint.min || (bound === constraint.min && isOpen))
      Object.assign(constraint, { min: bound, minOpen: isOpen });
  } else if (bound < constraint.max || (bound === constraint.max && isOpen))
    Object.assign(constraint, { max: bound, maxOpen: isOpen });
}

function valuesOf(condition: Condition): Literal[] {
  const values = "values" in condition ? condition.values : "value" in condition ? [condition.value] : [];
  return values.map((value) => (typeof value === "string" ? value.toLowerCase() : value));
}

const has = ({ min, minOpen, max, maxOpen, only, never }: Constraint, value: Literal): boolean => {
  if (never.has(value) || (only !== null && !only.has(value))) return false;
  if (typeof value !== "number") return true;
  return (minOpen ? value > min : value >= min) && (maxOpen ? value < max : value <= max);
};

/** Whatever fits `rule` fits `other` too. */
function implies(rule: Rule, other: Rule): boolean {
  const mine = constraintsOf(rule);
  const opaque = new Set(rule.conditions.filter((condition) => keyOf(condition) === null).map((each) => JSON.stringify(each)));
  const isKnown = other.conditions.every((condition) => keyOf(condition) !== null || opaque.has(JSON.stringify(condition)));
  return isKnown && [...constraintsOf(other)].every(([key, wanted]) => within(mine.get(key), wanted));
}

function within(given: Constraint | undefined, wanted: Constraint): boolean {
  if (given === undefined) return false;
  if (given.only !== null) return [...given.only].every((value) => has(wanted, value));
  if (wanted.only !== null) return false;
  const low = given.min > wanted.min || (given.min === wanted.min && (given.minOpen || !wanted.minOpen));
  const high = given.max < wanted.max || (given.max === wanted.max && (given.maxOpen || !wanted.maxOpen));
  return low && high && wanted.never.isSubsetOf(given.never);
}

/** Some call may fit both, as far as amounts, numbers and texts tell. Two acts of one rule each are taken to be different tools. */
function mayMeet(rule: Rule, other: Rule): boolean {
  const actsOf = ({ conditions }: Rule) => conditions.filter(({ on }) => on === "act").map((each) => JSON.stringify(each));
  const [here, there] = [actsOf(rule), actsOf(other)];
  if (here.length > 0 && there.length > 0 && !here.some((act) => there.includes(act))) return false;
  const mine = constraintsOf(rule);
  const theirs = constraintsOf(other);
  const currencies = (found: Map<string, Constraint>) => [...found.keys()].filter((key) => key.startsWith("amount "));
  if (currencies(mine).length > 0 && currencies(theirs).length > 0 && !currencies(mine).some((key) => theirs.has(key)))
    return false;
  return [...mine].every(([key, constraint]) => {
    const against = theirs.get(key);
    if (against === undefined) return true;
    const only = constraint.only ?? against.only;
    if (only !== null) return [...only].some((value) => has(constraint, value) && has(against, value));
    const [min, max] = [Math.max(constraint.min, against.min), Math.min(constraint.max, against.max)];
    const isOpen =
      (constraint.min === min && constraint.minOpen) ||
      (against.min === min && against.minOpen) ||
      (constraint.max === max && constraint.maxOpen) ||
      (against.max === max && against.maxOpen);
    return min < max || (min === max && !isOpen);
  });
}
