import { actOf, acts } from "./acts.ts";
import {
  type Comparison,
  type Condition,
  type Counted,
  type Effect,
  isCurrency,
  type Literal,
  type NamedFact,
  type Rule,
  toMinor,
  type Window,
} from "./rule.ts";
import { caseOf, find, only, type Tree } from "./tree.ts";

/** Words that a tenant gave a meaning: "card that was not charged" stands for "card_charged is false". Without articles, lower case. */
export type Terms = Readonly<Record<string, string>>;

/** Something that the grammar reads and that has no meaning, such as a currency that does not exist. */
export class NotUnderstood extends Error {}

/**
 * Gives trees of a text their meaning.
 *
 * @param readMeaning reads what a term stands for, as conditions
 * @throws {NotUnderstood} with what has no meaning and what to write instead
 */
export function reader(
  text: string,
  terms: Terms,
  readMeaning: (meaning: string) => { conditions: Condition[] } | { problem: string },
) {
  function rule(root: Tree): Rule {
    const [kind] = root.parts;
    const cap = kind?.rule === "Capped" ? [{ on: "amount", operator: "over", ...readMoney(ownMoney(kind)) } as const] : [];
    const conditions = [...find(root, "Scope", "Tail").flatMap(readPart), ...cap];
    const approvals = find(root, "People_two").length > 0 ? 2 : 1;
    return { effect: effectOf(kind), approvals, conditions: inOrder(conditions) };
  }

  function conditionsIn(root: Tree): Condition[] {
    return find(root, "Condition").flatMap(readCondition);
  }

  function readPart(node: Tree): Condition[] {
    if (node.rule === "Scope") return [...readSubject(node), ...find(node, "Qualifier").flatMap(readQualifier)];
    const inner = node.parts[0];
    if (inner?.rule === "Tail_qualifier") return find(inner, "Qualifier").flatMap(readQualifier);
    const conditions = conditionsIn(node);
    return inner?.rule === "Tail_unless" ? [{ on: "unless", conditions }] : conditions;
  }

  function readSubject(scope: Tree): Condition[] {
    const subject = only(scope, "Subject").parts[0];
    if (subject?.rule === "Subject_tool") return [{ on: "tool", operator: "is", values: [readValue(only(subject, "name"))] }];
    if (subject?.rule !== "Subject_act") return [];
    const word = source(only(subject, "act"));
    const act = actOf(word);
    if (act === null)
      throw new NotUnderstood(
        `I do not know what "${word}" are. Say ${acts.slice(0, 4).join(", ")} or another act, or name the tool: calls of stripe_refund.`,
      );
    // "Salary changes" and "refund requests" are what their first word says; "payroll transfers" could be either.
    const suffix = find(subject, "actSuffix").map(source)[0] ?? "";
    if (actOf(suffix) === "transfer" && act !== "transfer")
      throw new NotUnderstood(`"${word} ${suffix}" names two acts. Say one of them, or name the tool: calls of stripe_refund.`);
    return [{ on: "act", act }];
  }

  function readQualifier(node: Tree): Condition[] {
    const [kind] = find(node, "Amount", "By", "Payee", "Data", "Days", "Hours", "Rate");
    if (kind === undefined) return [];
    const named = caseOf(kind);
    const values = () => find(named, "name", "Value").map(readValue);
    switch (kind.rule) {
      case "Amount":
        return readAmount(named);
      case "By":
        return [{ on: named.rule === "By_agent" ? "agent" : "principal", operator: "is", values: values() }];
      case "Payee":
        if (named.rule === "Payee_term") return readTerm(only(named, "term"));
        if (named.rule === "Payee_others")
          return [{ on: "unless", conditions: [{ on: "payee", operator: "one_of", values: values() }] }];
        return [{ on: named.rule === "Payee_payee" ? "payee" : "destination", operator: "is", values: values() }];
      case "Data":
        return [{ on: "data", category: source(only(named, "category")).toLowerCase() }];
      case "Days":
        return [readDays(named)];
      case "Hours":
        return [readHours(named)];
      default:
        return [readRate(named)];
    }
  }

  function readAmount(named: Tree): Condition[] {
    const [first, second] = find(named, "Money").map(readMoney);
    if (first === undefined) return [];
    if (second !== undefined) {
      if (first.currency !== second.currency) throw new NotUnderstood("Both ends of a range are in one currency.");
      return [
        { on: "amount", operator: "at_least", ...first },
        { on: "amount", operator: "at_most", ...second },
      ];
    }
    const operators: Record<string, Comparison> = {
      Amount_atMost: "at_most",
      Amount_over: "over",
      Amount_under: "under",
      Amount_atLeast: "at_least",
      Amount_orMore: "at_least",
      Amount_orLess: "at_most",
    };
    return [{ on: "amount", operator: operators[named.rule] ?? "at_most", ...first }];
  }

  function readMoney(node: Tree): { minor: number; currency: string } {
    const sign = find(node, "currencySign")[0];
    const signs: Record<string, string> = { $: "USD", "€": "EUR", "£": "GBP", "¥": "JPY" };
    const currency = sign ? (signs[source(sign)] ?? "") : source(only(node, "currency")).toUpperCase();
    if (!isCurrency(currency)) throw new NotUnderstood(`"${currency}" is no currency. Write its code, such as USD or EUR.`);
    const written = source(only(node, "number"));
    const minor = toMinor(written.replaceAll(",", ""), currency);
    if (minor === null) throw new NotUnderstood(`"${written}" is no amount in ${currency}: it has too many digits.`);
    return { minor, currency };
  }

  function readDays(named: Tree): Condition {
    return { on: "days", are: named.rule === "Days_weekend" ? "weekend" : "weekdays", zone: readZone(named) };
  }

  function readHours(named: Tree): Condition {
    const [from = 0, to = 0] = find(named, "clock").map((clock) => minutesOf(source(clock)));
    if (from === to) throw new NotUnderstood("A span of hours begins and ends at different times.");
    return { on: "hours", from, to, within: named.rule === "Hours_within", zone: readZone(named) };
  }

  function readZone(named: Tree): string {
    const written = find(named, "zone")[0];
    const zone = written ? source(written) : "UTC";
    try {
      // Gives the zone's own spelling; only what ICU knows by name has one.
      return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
    } catch {
      throw new NotUnderstood(`"${zone}" is no time zone. Write one such as UTC or Europe/Berlin.`);
    }
  }

  function readRate(named: Tree): Condition {
    const limit = Number(source(only(named, "count")));
    if (!Number.isSafeInteger(limit) || limit > 1_000_000) throw new NotUnderstood("A rate counts up to 1,000,000.");
    const who = /(agent|principal|tenant)$/.exec(source(only(named, "Per")).toLowerCase())?.[1] ?? "tenant";
    const window = source(only(named, "window")).toLowerCase();
    // The grammar admits these windows and these words alone.
    return { on: "rate", limit, window: window as Window, per: who as Counted, exceeded: named.rule === "Rate_beyond" };
  }

  function readCondition(node: Tree): Condition[] {
    const kind = node.parts[0];
    if (kind === undefined) return [];
    const path = (which = 0) => source(find(kind, "path")[which] ?? kind).split(".");
    const values = () => find(kind, "Value").map(readValue);
    const literal = () => readLiteral(only(kind, "Value"));
    const fact = () => source(only(kind, "fact")).toLowerCase() as NamedFact; // the grammar admits these words alone
    switch (kind.rule) {
      case "Condition_amount":
        return [{ on: "amount", operator: comparisonOf(only(kind, "Compare")), ...readMoney(only(kind, "Money")) }];
      case "Condition_data":
        return [{ on: "data", category: source(only(kind, "category")).toLowerCase() }];
      case "Condition_days":
        return [readDays(caseOf(only(kind, "Days")))];
      case "Condition_hours":
        return [readHours(caseOf(only(kind, "Hours")))];
      case "Condition_factIn":
        return [{ on: fact(), operator: "one_of", values: values() }];
      case "Condition_factNot":
        return [{ on: fact(), operator: "is_not", values: values() }];
      case "Condition_factIs": {
        const several = values();
        return [{ on: fact(), operator: several.length > 1 ? "one_of" : "is", values: several }];
      }
      case "Condition_number": {
        const value = numberIn(source(only(kind, "plainNumber")));
        return [{ on: "argument", path: path(), operator: comparisonOf(only(kind, "Compare")), value }];
      }
      case "Condition_oneOf":
      case "Condition_is": {
        const literals = find(kind, "Value").map(readLiteral);
        const [first = ""] = literals;
        if (kind.rule === "Condition_is" && literals.length === 1)
          return [{ on: "argument", path: path(), operator: "is", value: first }];
        if (new Set(literals.map((value) => typeof value)).size > 1)
          throw new NotUnderstood("A list holds texts or numbers, not both. Quote the numbers that are texts.");
        return [{ on: "argument", path: path(), operator: "one_of", values: literals }];
      }
      case "Condition_same":
      case "Condition_different":
        return [
          {
            on: "argument",
            path: path(),
            operator: kind.rule === "Condition_same" ? "same_as" : "not_same_as",
            other: path(1),
          },
        ];
      case "Condition_isNot":
        return [{ on: "argument", path: path(), operator: "is_not", value: literal() }];
      default:
        return readTerm(only(kind, "term"));
    }
  }

  function readTerm(node: Tree): Condition[] {
    const phrase = source(node)
      .toLowerCase()
      .replace(/^(?:an?|the) /, "");
    const meaning = Object.hasOwn(terms, phrase) ? terms[phrase] : undefined;
    if (meaning === undefined)
      throw new NotUnderstood(
        `I do not know "${phrase}". Give it a meaning under Terms, such as: "${phrase}" means card_charged is false.`,
      );
    const parsed = readMeaning(meaning);
    if ("problem" in parsed) throw new NotUnderstood(`The meaning of "${phrase}" is not understood: ${parsed.problem}`);
    return parsed.conditions;
  }

  function readValue(node: Tree): string {
    const written = source(node);
    const quoted = /^"(.*)"$/s.exec(written);
    return quoted ? (quoted[1] ?? "") : written;
  }

  function readLiteral(node: Tree): Literal {
    const written = source(node);
    if (written.startsWith('"')) return readValue(node);
    if (/^(true|false)$/i.test(written)) return written.toLowerCase() === "true";
    return /^-?\d{1,3}(?:,\d{3})*(?:\.\d+)?$|^-?\d+(?:\.\d+)?$/.test(written) ? numberIn(written) : written;
  }

  const source = (node: Tree): string => text.slice(node.from, node.to).trim();

  return { rule, conditions: conditionsIn };
}

function effectOf(kind: Tree | undefined): Effect {
  if (kind?.rule === "Forbidden" || kind?.rule === "Capped") return "deny";
  const [order] = kind ? find(kind, "order", "Modal") : [];
  const named = order?.parts[0]?.rule ?? "";
  if (/_(allow|allowed|free)$/.test(named)) return "allow";
  return /_(deny|forbidden|never)$/.test(named) ? "deny" : "review";
}

/** The amount of "must not exceed", apart from those of its scope. */
function ownMoney(capped: Tree): Tree {
  const found = capped.parts.find(({ rule }) => rule === "Money");
  if (found === undefined) throw new TypeError("the grammar has no Money in Capped");
  return found;
}

function comparisonOf(node: Tree): Comparison {
  const named: Record<string, Comparison> = { atMost: "at_most", over: "over", atLeast: "at_least", under: "under" };
  return named[node.parts[0]?.rule.replace("Compare_", "") ?? ""] ?? "at_most";
}

/** Cedar's decimals have four digits behind the point. */
function numberIn(written: string): number {
  const value = Number(written.replaceAll(",", ""));
  if (!Number.isFinite(value) || Math.abs(value) >= 1e14 || !/^-?[\d,]+(?:\.\d{1,4})?$/.test(written))
    throw new NotUnderstood(`"${written}" is no number that can be compared exactly: at most four digits behind the point.`);
  return value;
}

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number);
  if (hours > 24 || minutes > 59 || (hours === 24 && minutes > 0)) throw new NotUnderstood(`"${clock}" is no time of day.`);
  return hours * 60 + minutes;
}

/** What a tool is comes first: a rule about refunds is over quickly for a payment, and asks nothing of its arguments. */
function inOrder(conditions: Condition[]): Condition[] {
  const isScope = ({ on }: Condition) => on === "tool" || on === "act" || on === "agent";
  return [...conditions.filter(isScope), ...conditions.filter((condition) => !isScope(condition))];
}
