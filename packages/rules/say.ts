import { pluralOf } from "./acts.ts";
import { type Comparison, type Condition, fromMinor, type Literal, type Rule } from "./rule.ts";

/** A rule as a sentence of its own language; `parseRule` reads it as the same rule. */
export function sayRule({ effect, approvals, conditions }: Rule): string {
  const said = {
    allow: "may be approved automatically",
    deny: "must be denied",
    review: approvals === 2 ? "need two reviewers" : "need a person",
  };
  const act = conditions.find((condition) => condition.on === "act");
  const subject = act ? pluralOf(act.act) : "any call";
  const rest = conditions.filter((condition) => condition !== act);
  const [plain, rates] = [rest.filter(({ on }) => on !== "rate" && on !== "unless"), rest.filter(({ on }) => on === "rate")];
  const unless = rest.filter((condition) => condition.on === "unless");
  const tail = [
    plain.length > 0 && ` when ${plain.map(sayCondition).join(" and ")}`,
    ...unless.map(({ conditions: not }) => ` unless ${not.map(sayCondition).join(" and ")}`),
  ];
  const text = [subject, ...rates.map((rate) => ` ${sayCondition(rate)}`), ` ${said[effect]}`, ...tail.filter(Boolean)].join("");
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}

const comparisons: Record<Comparison, string> = { at_most: "at most", over: "over", at_least: "at least", under: "under" };

/** One condition in words, as a term's meaning or behind "when". */
export function sayCondition(condition: Condition): string {
  switch (condition.on) {
    case "argument": {
      const path = condition.path.join(".");
      if (condition.operator === "one_of") return `${path} is one of ${sayList(condition.values)}`;
      if ("other" in condition)
        return `${path} is ${condition.operator === "same_as" ? "" : "not "}the same as ${condition.other.join(".")}`;
      if (condition.operator === "is" || condition.operator === "is_not")
        return `${path} is ${condition.operator === "is" ? "" : "not "}${sayLiteral(condition.value)}`;
      return `${path} is ${comparisons[condition.operator]} ${sayLiteral(condition.value)}`;
    }
    case "amount":
      return `the amount is ${comparisons[condition.operator]} ${fromMinor(condition.minor, condition.currency)} ${condition.currency}`;
    case "act":
      return `the call is a ${condition.act}`;
    case "data":
      return `the data includes ${condition.category}`;
    case "days":
      return `it is ${condition.are === "weekend" ? "a weekend" : "a weekday"} in ${condition.zone}`;
    case "hours":
      return `it is ${condition.within ? "between" : "outside"} ${clock(condition.from)} and ${clock(condition.to)} in ${condition.zone}`;
    case "rate":
      return `${condition.exceeded ? "after" : "at most"} ${condition.limit} per ${condition.window} per ${condition.per}`;
    case "unless":
      return `not (${condition.conditions.map(sayCondition).join(" and ")})`;
    default:
      if (condition.operator === "one_of") return `the ${condition.on} is one of ${sayList(condition.values)}`;
      return `the ${condition.on} is ${condition.operator === "is" ? "" : "not "}${sayLiteral(condition.values[0] ?? "")}`;
  }
}

const sayList = (values: Literal[]) => values.map(sayLiteral).join(", ");

/** Texts are quoted, so that none is taken for a number or a word of the language. */
const sayLiteral = (value: Literal) => (typeof value === "string" ? `"${value}"` : decimalText(value));
const decimalText = (value: number | boolean) =>
  typeof value === "number" ? value.toFixed(4).replace(/\.?0+$/, "") : String(value);

const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
