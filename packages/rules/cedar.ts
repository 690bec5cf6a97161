import type { Comparison, Condition, Literal, Rule } from "./rule.ts";
import { foldText } from "./text.ts";

/**
 * A rule as a Cedar policy (https://docs.cedarpolicy.com). Approval is `permit`; denial and review are `forbid`, told apart by their
 * `@effect`, so that Cedar's own "forbid beats permit" keeps any approval below both. Attributes are read without asking whether they
 * are there: one that is missing or of another type is an evaluation error, and an error lets nothing pass (`settle.ts`).
 */
export function toCedar(rule: Rule, sentence?: string): string {
  const annotations = [
    `@effect(${text(rule.effect)})`,
    ...(rule.approvals === 2 ? ['@approvals("2")'] : []),
    ...(sentence === undefined ? [] : [`@sentence(${text(sentence)})`]),
  ];
  const head = `${rule.effect === "allow" ? "permit" : "forbid"} (principal, action, resource)`;
  const parts = [...rule.conditions.map(expression), ...(rule.effect === "allow" ? fromZero(rule.conditions) : [])];
  const body = parts.length === 0 ? "" : `\nwhen { ${parts.join(" && ")} }`;
  return `${annotations.join("\n")}\n${head}${body};`;
}

/**
 * What an approval limits from above begins at zero, unless the rule sets a lower end: "rows is at most 1,000" was not meant for minus a
 * million. An amount is never negative.
 */
function fromZero(conditions: Condition[]): string[] {
  const numbers = conditions.filter((condition) => condition.on === "argument" && "value" in condition);
  const bounded = (operators: string[]) =>
    new Set(numbers.flatMap((each) => ("operator" in each && operators.includes(each.operator) ? [each.path.join(".")] : [])));
  return [...bounded(["at_most", "under"]).difference(bounded(["at_least", "over", "is"]))].map(
    (path) => `context.number[${text(path)}].greaterThanOrEqual(decimal("0.0"))`,
  );
}

const signs: Record<Comparison, string> = { at_most: "<=", over: ">", at_least: ">=", under: "<" };
const methods: Record<Comparison, string> = {
  at_most: "lessThanOrEqual",
  over: "greaterThan",
  at_least: "greaterThanOrEqual",
  under: "lessThan",
};

function expression(condition: Condition): string {
  switch (condition.on) {
    case "argument":
      return argument(condition);
    case "amount":
      return `context.amount.currency == ${text(condition.currency)} && context.amount.minor ${signs[condition.operator]} ${condition.minor}`;
    case "act":
      return `context.acts.contains(${text(condition.act)})`;
    case "data":
      return `context.categories.contains(${text(fold(condition.category))})`;
    case "days":
      return `${condition.are === "weekdays" ? "!" : ""}context.time[${text(condition.zone)}].weekend`;
    case "hours": {
      const minute = `context.time[${text(condition.zone)}].minute`;
      const join = condition.from < condition.to ? "&&" : "||";
      const within = `(${minute} >= ${condition.from} ${join} ${minute} < ${condition.to})`;
      return condition.within ? within : `!${within}`;
    }
    case "rate":
      return `context.rate[${text(rateKey(condition))}] ${condition.exceeded ? ">=" : "<"} ${condition.limit}`;
    case "unless":
      return `!(${condition.conditions.map(expression).join(" && ")})`;
    default: {
      const values = condition.values.map((value) => text(fold(value)));
      if (condition.operator === "one_of") return `[${values.join(", ")}].contains(context.${condition.on})`;
      return `context.${condition.on} ${condition.operator === "is" ? "==" : "!="} ${values[0]}`;
    }
  }
}

/** The attribute that holds a count: `hour/agent`. */
export const rateKey = ({ window, per }: { window: string; per: string }): string => `${window}/${per}`;

function argument(condition: Extract<Condition, { on: "argument" }>): string {
  const path = text(condition.path.join("."));
  if ("other" in condition)
    return `context.text[${path}] ${condition.operator === "same_as" ? "==" : "!="} context.text[${text(condition.other.join("."))}]`;
  if (condition.operator === "one_of")
    return `[${condition.values.map(literal).join(", ")}].contains(context.${kindOf(condition.values[0])}[${path}])`;
  const attribute = `context.${kindOf(condition.value)}[${path}]`;
  if (condition.operator === "is" || condition.operator === "is_not")
    return `${attribute} ${condition.operator === "is" ? "==" : "!="} ${literal(condition.value)}`;
  return `${attribute}.${methods[condition.operator]}(${literal(condition.value)})`;
}

/** Arguments stand by their type, so that one of another type is missing rather than merely unequal. */
function kindOf(value: Literal | undefined): "text" | "number" | "flag" {
  return typeof value === "number" ? "number" : typeof value === "boolean" ? "flag" : "text";
}

function literal(value: Literal): string {
  if (typeof value === "number") return `decimal(${text(decimal(value))})`;
  return typeof value === "boolean" ? String(value) : text(fold(value));
}

/** A rule's own words are plain: where folding refuses one, it is compared as it stands, and equals nothing that folding lets through. */
const fold = (value: string) => foldText(value, value) ?? value;

/** Cedar's decimals have one to four digits behind the point. */
export function decimal(value: number): string {
  return value.toFixed(4).replace(/(\.\d+?)0+$/, "$1");
}

/** A Cedar string literal. */
function text(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped
  return `"${value.replaceAll(/["\\\u0000-\u001f\u007f]/g, (char) => (char === '"' || char === "\\" ? `\\${char}` : `\\u{${char.charCodeAt(0).toString(16)}}`))}"`;
}
