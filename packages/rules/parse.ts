import { type Node, grammar as ohmGrammar } from "ohm-js";
import { actOf, acts } from "./acts.ts";
import { grammar } from "./grammar.ts";
import {
  type Comparison,
  type Condition,
  type Counted,
  type Effect,
  isCurrency,
  type Literal,
  type NamedFact,
  type ParsedRule,
  type Rule,
  toMinor,
  type Window,
} from "./rule.ts";

export type { Effect, ParsedRule, Rule } from "./rule.ts";

/** Words that a tenant gave a meaning: "card that was not charged" stands for "card_charged is false". Without articles, lower case. */
export type Terms = Readonly<Record<string, string>>;

const language = ohmGrammar(grammar);

/** Something that the grammar reads and that has no meaning, such as a currency that does not exist. */
class NotUnderstood extends Error {}

/**
 * Reads one sentence.
 *
 * @returns the rule, or what is not understood about it and what to write instead
 * @example parseRule("Refunds up to 100 USD may be approved automatically.")
 */
export function parseRule(sentence: string, terms: Terms = {}): ParsedRule {
  const text = sentence
    .trim()
    .replace(/\s*\.$/, "")
    .replaceAll(/\s+/g, " ");
  const match = language.match(lowerCase(text), "Rule");
  if (match.failed()) return { ok: false, problem: whyNot(text, match.getRightmostFailurePosition()) };
  try {
    const rule: Rule = new Reader(text, terms).rule(semantics(match));
    return assertMeaning(rule);
  } catch (error) {
    if (error instanceof NotUnderstood) return { ok: false, problem: error.message };
    throw error;
  }
}

/** Conditions alone, as a term's meaning is written: "card_charged is false and channel is web". */
export function parseConditions(written: string, terms: Terms = {}): { conditions: Condition[] } | { problem: string } {
  const text = written
    .trim()
    .replace(/\s*\.$/, "")
    .replaceAll(/\s+/g, " ");
  const match = language.match(lowerCase(text), "Conditions");
  if (match.failed()) return { problem: whyNot(text, match.getRightmostFailurePosition()) };
  try {
    return { conditions: new Reader(text, terms).conditions(semantics(match)) };
  } catch (error) {
    if (error instanceof NotUnderstood) return { problem: error.message };
    throw error;
  }
}

/** ASCII alone, so that every place in the lower-case text is the same place in the sentence. */
const lowerCase = (text: string) => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

/** The parse tree itself: what a node is called and what it holds. The reader below gives it its meaning. */
type Tree = { rule: string; from: number; to: number; parts: Tree[] };
const reading = language.createSemantics().addOperation<Tree>("tree", {
  _nonterminal(...children: Node[]) {
    return tree(this, children);
  },
  _iter(...children: Node[]) {
    return tree(this, children);
  },
  _terminal() {
    return tree(this, []);
  },
});
const tree = (node: Node, children: Node[]): Tree => ({
  rule: node.ctorName,
  from: node.source.startIdx,
  to: node.source.endIdx,
  parts: children.map((child) => child.tree()),
});
const semantics = (match: ReturnType<typeof language.match>): Tree => reading(match).tree();

class Reader {
  readonly text: string;
  readonly terms: Terms;
  constructor(text: string, terms: Terms) {
    this.text = text;
    this.terms = terms;
  }

  rule(root: Tree): Rule {
    const [kind] = root.parts;
    const conditions = find(root, "Scope", "Tail").flatMap((part) => this.part(part));
    const approvals = find(root, "People_two").length > 0 ? 2 : 1;
    return { effect: effectOf(kind), approvals, conditions: inOrder(conditions) };
  }

  conditions(root: Tree): Condition[] {
    return find(root, "Condition").flatMap((condition) => this.condition(condition));
  }

  private part(node: Tree): Condition[] {
    if (node.rule === "Scope") return [...this.subject(node), ...find(node, "Qualifier").flatMap((part) => this.qualifier(part))];
    const inner = node.parts[0];
    if (inner?.rule === "Tail_qualifier") return find(inner, "Qualifier").flatMap((part) => this.qualifier(part));
    const conditions = this.conditions(node);
    return inner?.rule === "Tail_unless" ? [{ on: "unless", conditions }] : conditions;
  }

  private subject(scope: Tree): Condition[] {
    const subject = only(scope, "Subject").parts[0];
    if (subject?.rule === "Subject_tool") return [{ on: "tool", operator: "is", values: [this.value(only(subject, "name"))] }];
    if (subject?.rule !== "Subject_act") return [];
    const word = this.source(only(subject, "act"));
    const act = actOf(word);
    if (act === null)
      throw new NotUnderstood(
        `I do not know what "${word}" are. Say ${acts.slice(0, 4).join(", ")} or another act, or name the tool: calls of stripe_refund.`,
      );
    return [{ on: "act", act }];
  }

  private qualifier(node: Tree): Condition[] {
    const [kind] = find(node, "Amount", "By", "Payee", "Data", "Days", "Hours", "Rate");
    if (kind === undefined) return [];
    const named = caseOf(kind);
    const values = () => find(named, "name", "Value").map((value) => this.value(value));
    switch (kind.rule) {
      case "Amount":
        return this.amount(named);
      case "By":
        return [{ on: named.rule === "By_agent" ? "agent" : "principal", operator: "is", values: values() }];
      case "Payee":
        if (named.rule === "Payee_term") return this.term(only(named, "term"));
        if (named.rule === "Payee_others")
          return [{ on: "unless", conditions: [{ on: "payee", operator: "one_of", values: values() }] }];
        return [{ on: named.rule === "Payee_payee" ? "payee" : "destination", operator: "is", values: values() }];
      case "Data":
        return [{ on: "data", category: this.source(only(named, "category")).toLowerCase() }];
      case "Days":
        return [this.days(named)];
      case "Hours":
        return [this.hours(named)];
      default:
        return [this.rate(named)];
    }
  }

  private amount(named: Tree): Condition[] {
    const [first, second] = find(named, "Money").map((money) => this.money(money));
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

  private money(node: Tree): { minor: number; currency: string } {
    const sign = find(node, "currencySign")[0];
    const signs: Record<string, string> = { $: "USD", "€": "EUR", "£": "GBP", "¥": "JPY" };
    const currency = sign ? (signs[this.source(sign)] ?? "") : this.source(only(node, "currency")).toUpperCase();
    if (!isCurrency(currency)) throw new NotUnderstood(`"${currency}" is no currency. Write its code, such as USD or EUR.`);
    const written = this.source(only(node, "number"));
    const minor = toMinor(written.replaceAll(",", ""), currency);
    if (minor === null) throw new NotUnderstood(`"${written}" is no amount in ${currency}: it has too many digits.`);
    return { minor, currency };
  }

  private days(named: Tree): Condition {
    return { on: "days", are: named.rule === "Days_weekend" ? "weekend" : "weekdays", zone: this.zone(named) };
  }

  private hours(named: Tree): Condition {
    const [from = 0, to = 0] = find(named, "clock").map((clock) => minutesOf(this.source(clock)));
    if (from === to) throw new NotUnderstood("A span of hours begins and ends at different times.");
    return { on: "hours", from, to, within: named.rule === "Hours_within", zone: this.zone(named) };
  }

  private zone(named: Tree): string {
    const written = find(named, "zone")[0];
    const zone = written ? this.source(written) : "UTC";
    try {
      // Gives the zone's own spelling; only what ICU knows by name has one.
      return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
    } catch {
      throw new NotUnderstood(`"${zone}" is no time zone. Write one such as UTC or Europe/Berlin.`);
    }
  }

  private rate(named: Tree): Condition {
    const limit = Number(this.source(only(named, "count")));
    if (!Number.isSafeInteger(limit) || limit > 1_000_000) throw new NotUnderstood("A rate counts up to 1,000,000.");
    const who = /(agent|principal|tenant)$/.exec(this.source(only(named, "Per")).toLowerCase())?.[1] ?? "tenant";
    const window = this.source(only(named, "window")).toLowerCase();
    // The grammar admits these windows and these words alone.
    return { on: "rate", limit, window: window as Window, per: who as Counted, exceeded: named.rule === "Rate_beyond" };
  }

  private condition(node: Tree): Condition[] {
    const kind = node.parts[0];
    if (kind === undefined) return [];
    const path = (which = 0) => this.source(find(kind, "path")[which] ?? kind).split(".");
    const values = () => find(kind, "Value").map((value) => this.value(value));
    const literal = () => this.literal(only(kind, "Value"));
    const fact = () => this.source(only(kind, "fact")).toLowerCase() as NamedFact; // the grammar admits these words alone
    switch (kind.rule) {
      case "Condition_amount":
        return [{ on: "amount", operator: comparisonOf(only(kind, "Compare")), ...this.money(only(kind, "Money")) }];
      case "Condition_data":
        return [{ on: "data", category: this.source(only(kind, "category")).toLowerCase() }];
      case "Condition_days":
        return [this.days(caseOf(only(kind, "Days")))];
      case "Condition_hours":
        return [this.hours(caseOf(only(kind, "Hours")))];
      case "Condition_factIn":
        return [{ on: fact(), operator: "one_of", values: values() }];
      case "Condition_factNot":
        return [{ on: fact(), operator: "is_not", values: values() }];
      case "Condition_factIs":
        return [{ on: fact(), operator: "is", values: values() }];
      case "Condition_number": {
        const value = numberIn(this.source(only(kind, "plainNumber")));
        return [{ on: "argument", path: path(), operator: comparisonOf(only(kind, "Compare")), value }];
      }
      case "Condition_oneOf": {
        const literals = find(kind, "Value").map((value) => this.literal(value));
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
      case "Condition_is":
        return [{ on: "argument", path: path(), operator: "is", value: literal() }];
      default:
        return this.term(only(kind, "term"));
    }
  }

  private term(node: Tree): Condition[] {
    const phrase = this.source(node)
      .toLowerCase()
      .replace(/^(?:an?|the) /, "");
    const meaning = Object.hasOwn(this.terms, phrase) ? this.terms[phrase] : undefined;
    if (meaning === undefined)
      throw new NotUnderstood(
        `I do not know "${phrase}". Give it a meaning under Terms, such as: "${phrase}" means card_charged is false.`,
      );
    const parsed = parseConditions(meaning); // a meaning is written without terms, so that none can run in circles
    if ("problem" in parsed) throw new NotUnderstood(`The meaning of "${phrase}" is not understood: ${parsed.problem}`);
    return parsed.conditions;
  }

  private value(node: Tree): string {
    const written = this.source(node);
    const quoted = /^"(.*)"$/s.exec(written);
    return quoted ? (quoted[1] ?? "") : written;
  }

  private literal(node: Tree): Literal {
    const written = this.source(node);
    if (written.startsWith('"')) return this.value(node);
    if (/^(true|false)$/i.test(written)) return written.toLowerCase() === "true";
    return /^-?\d{1,3}(?:,\d{3})*(?:\.\d+)?$|^-?\d+(?:\.\d+)?$/.test(written) ? numberIn(written) : written;
  }

  private source = (node: Tree) => this.text.slice(node.from, node.to).trim();
}

/** All nodes of these kinds below a node, outermost first; not those within another one of them. */
function find(node: Tree, ...rules: string[]): Tree[] {
  return node.parts.flatMap((part) => (rules.includes(part.rule) ? [part] : find(part, ...rules)));
}

/** The alternative of a rule that was taken: `Amount_over` of `Amount`; a rule without alternatives is its own. */
const caseOf = (node: Tree): Tree => (node.parts[0]?.rule.startsWith(`${node.rule}_`) ? node.parts[0] : node);

function only(node: Tree, rule: string): Tree {
  const [found] = find(node, rule);
  if (found === undefined) throw new TypeError(`the grammar has no ${rule} below ${node.rule}`);
  return found;
}

function effectOf(kind: Tree | undefined): Effect {
  if (kind?.rule === "Forbidden") return "deny";
  const [order] = kind ? find(kind, "order", "Modal") : [];
  const named = order?.parts[0]?.rule ?? "";
  if (/_(allow|allowed|free)$/.test(named)) return "allow";
  return /_(deny|forbidden|never)$/.test(named) ? "deny" : "review";
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

/** A rule that approves names what it approves. */
function assertMeaning(rule: Rule): ParsedRule {
  if (rule.effect !== "allow" || rule.conditions.length > 0) return { ok: true, rule };
  return { ok: false, problem: '"Approve always" would approve anything. Name a condition.' };
}

/** What was read, where it stopped, and what usually helps. */
function whyNot(text: string, at: number): string {
  const rest = text.slice(at).trim();
  const understood = text.slice(0, at).trim();
  const where =
    understood === "" || rest === text
      ? "I do not understand this sentence."
      : rest === ""
        ? `"${understood}" does not say enough.`
        : `I understand "${understood}", but not "${rest}".`;
  return `${where} ${hintFor(text)}`;
}

function hintFor(text: string): string {
  if (
    /\b(?:over|up to|above|at most|under|more than|below)\s+[\d,.]+(?!\s*[a-z]{3}\b)/i.test(text) &&
    !/\bis (?:over|at most)/i.test(text)
  )
    return "Name the currency behind the amount, such as 100 USD.";
  if (/^(?:approve|allow|pause|review|deny|refuse)\b.*\bwhen\b/i.test(text))
    return "A condition reads: an argument's name, then is, is not, is one of, is at most, is over, is at least, is under, and a value.";
  if (/^never\b/i.test(text)) return 'Write "Never refund over 500 USD", or "Never refund to a …" with a term that you defined.';
  if (/\bshould\b/i.test(text)) return '"Should" leaves it open. Write "may be approved", "need a person" or "must be denied".';
  return 'Write "Refunds up to 100 USD may be approved", "Payments over 10,000 EUR need two reviewers", "Never …", or "Approve when …".';
}
