/**
 * A rule: what it does, and when. Written as a sentence (`docs/rules.md`), compiled to Cedar (`cedar.ts`).
 */
export type Effect = "allow" | "review" | "deny";

export type Literal = string | number | boolean;
export type Comparison = "at_most" | "over" | "at_least" | "under";
export type Window = "minute" | "hour" | "day" | "week";
/** Whose calls a rate counts: of the same tool, by the same agent, for the same human principal, or all of them. */
export type Counted = "agent" | "principal" | "tenant";

/** What is known about a call beside its arguments, by the words that rules use for it. */
export const namedFacts = ["tool", "agent", "principal", "payee", "destination", "purpose"] as const;
export type NamedFact = (typeof namedFacts)[number];

export type Condition =
  /** An argument by its own name; numbers are compared as they were sent, in no unit. */
  | { on: "argument"; path: string[]; operator: Comparison; value: number }
  | { on: "argument"; path: string[]; operator: "is" | "is_not"; value: Literal }
  | { on: "argument"; path: string[]; operator: "one_of"; values: Literal[] }
  | { on: "argument"; path: string[]; operator: "same_as" | "not_same_as"; other: string[] }
  /** The call's amount, by the tool's confirmed mapping. `minor` counts the currency's minor unit: cents for USD, yen for JPY. */
  | { on: "amount"; operator: Comparison; minor: number; currency: string }
  /** What the tool does: "refund", "payment". */
  | { on: "act"; act: string }
  | { on: NamedFact; operator: "is" | "is_not" | "one_of"; values: string[] }
  | { on: "data"; category: string }
  | { on: "days"; are: "weekend" | "weekdays"; zone: string }
  /** Minutes since midnight in the zone. `from` after `to` spans midnight. */
  | { on: "hours"; from: number; to: number; within: boolean; zone: string }
  /** Calls approved in the window before this one: fewer than `limit`, or (`exceeded`) that many or more. */
  | { on: "rate"; limit: number; window: Window; per: Counted; exceeded: boolean }
  /** Holds where not all of these hold: "unless …". */
  | { on: "unless"; conditions: Condition[] };

export type Rule = {
  effect: Effect;
  /** How many different people must approve, where the effect is `review`. */
  approvals: 1 | 2;
  conditions: Condition[];
};
export type ParsedRule = { ok: true; rule: Rule } | { ok: false; problem: string };

/** Digits after the point of a currency's amounts, by ISO 4217 as ICU has it. */
export function minorDigits(currency: string): number {
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

const currencies = new Set(Intl.supportedValuesOf("currency"));
export const isCurrency = (code: string): boolean => currencies.has(code);

/** An exact count of minor units, or null where the number has more digits than the currency, or is too large to be exact. */
export function toMinor(decimal: string, currency: string): number | null {
  const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal);
  if (parts === null) return null;
  const digits = minorDigits(currency);
  const fraction = (parts[3] ?? "").replace(/0+$/, "");
  if (fraction.length > digits) return null;
  const minor = Number(`${parts[1]}${parts[2]}${fraction.padEnd(digits, "0")}`);
  return Number.isSafeInteger(minor) ? minor + 0 : null;
}

/** "1240.00" of 124000 and USD. */
export function fromMinor(minor: number, currency: string): string {
  const digits = minorDigits(currency);
  if (digits === 0) return String(minor);
  const text = String(Math.abs(minor)).padStart(digits + 1, "0");
  return `${minor < 0 ? "-" : ""}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
