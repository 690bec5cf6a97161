/**
 * Rules in a small, controlled English. A sentence says an effect and, after "when", conditions over the call's own arguments:
 *
 *     Approve when amount is at most 100 and currency is usd.
 *     Pause when amount is over 100.
 *     Deny when customer.country is one of KP, IR.
 *     Pause always.
 *
 * A path names an argument, `customer.country` one within another. Numbers are compared with the argument's own number: no unit and
 * no currency is guessed.
 */
export type Effect = "allow" | "review" | "deny";

export type Comparison = "at_most" | "over" | "at_least" | "under";
export type Condition =
  | { path: string[]; operator: Comparison; value: number }
  | { path: string[]; operator: "is" | "is_not"; value: Literal }
  | { path: string[]; operator: "one_of"; values: Literal[] };
export type Literal = string | number | boolean;

export type Rule = { effect: Effect; conditions: Condition[] };
export type ParsedRule = { ok: true; rule: Rule } | { ok: false; problem: string };

const effects: Record<string, Effect> = {
  approve: "allow",
  allow: "allow",
  pause: "review",
  review: "review",
  deny: "deny",
  refuse: "deny",
};

const CONDITION =
  /^(?<path>[\w-]+(?:\.[\w-]+)*) is (?:(?<comparison>at most|over|at least|under) (?<number>.+)|one of (?<list>.+)|(?<negated>not )?(?<literal>.+))$/i;

/** Reads one sentence. @returns the rule, or what is not understood about it and what to write instead. */
export function parseRule(sentence: string): ParsedRule {
  const text = sentence.trim().replace(/\.$/, "").replaceAll(/\s+/g, " ");
  const head = /^(\w+) (?:always|when (.+))$/i.exec(text);
  const effect = effects[head?.[1]?.toLowerCase() ?? ""];
  if (head === null || effect === undefined) {
    return problem('A rule reads "Approve when …", "Pause when …", "Deny when …", or "… always".');
  }
  if (head[2] === undefined) {
    return effect === "allow"
      ? problem('"Approve always" would approve anything. Name a condition.')
      : { ok: true, rule: { effect, conditions: [] } };
  }
  const conditions: Condition[] = [];
  for (const part of head[2].split(/ and /i)) {
    const condition = parseCondition(part.trim());
    if (typeof condition === "string") return problem(condition);
    conditions.push(condition);
  }
  return { ok: true, rule: { effect, conditions } };
}

function parseCondition(text: string): Condition | string {
  const groups = CONDITION.exec(text)?.groups;
  if (groups === undefined) {
    return `"${text}" is not a condition. Write an argument's name, then: is, is not, is one of, is at most, is over, is at least, is under.`;
  }
  const path = (groups.path ?? "").split(".");
  if (groups.comparison !== undefined) {
    const value = numberIn(groups.number ?? "");
    if (value === null) return `"${groups.number}" is not a number. Write digits alone, such as 100 or 99.50.`;
    return { path, operator: groups.comparison.toLowerCase().replace(" ", "_") as Comparison, value }; // the pattern admits these four only
  }
  if (groups.list !== undefined) {
    const values = groups.list.split(/, ?(?:or )?| or /).map((item) => literalOf(item.trim()));
    return values.includes("") ? `"${groups.list}" has an empty place in its list.` : { path, operator: "one_of", values };
  }
  return { path, operator: groups.negated === undefined ? "is" : "is_not", value: literalOf(groups.literal ?? "") };
}

function literalOf(text: string): Literal {
  const quoted = /^"(.*)"$/.exec(text);
  if (quoted) return quoted[1] ?? "";
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  return numberIn(text) ?? text;
}

/** Digits, with commas for thousands. */
function numberIn(text: string): number | null {
  return /^-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?$/.test(text) ? Number(text.replaceAll(",", "")) : null;
}

const problem = (message: string): ParsedRule => ({ ok: false, problem: message });
