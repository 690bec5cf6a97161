import type { JsonObject, JsonValue } from "@ledgix/contract/json";
import type { ToolMapping } from "@ledgix/contract/tool";
import { actsByName } from "./acts.ts";
import { decimal } from "./cedar.ts";
import { argumentAt, countPaths, normalized, strangerIn } from "./named.ts";
import type { Reads } from "./reads.ts";
import { isCurrency, toMinor } from "./rule.ts";
import { foldText } from "./text.ts";

/** A tool call, with all that rules may ask about it. */
export type RuledCall = {
  tool_name: string;
  tool_args: JsonObject;
  agent_id: string;
  principal: string | null;
  /** Host of the destination, or the provider's name. */
  destination: string | null;
  purpose: string | null;
  data_categories: string[];
  at: Date;
  /** Earlier approvals by `rateKey`; what is not counted is missing. */
  rates: Readonly<Record<string, number>>;
};

type Value = string | number | boolean | Value[] | { [name: string]: Value } | { __extn: { fn: "decimal"; arg: string } };

export type Facts = {
  /** Cedar's context: what the rules read, and nothing else. */
  context: { [name: string]: Value };
  /** What they read and is not there, with the reason, in words. */
  missing: Map<string, string>;
};

/** The exact amount of a call, in the currency's minor units. */
export type ExactAmount = { minor: number; currency: string };

/**
 * What the rules ask about a call. A fact that is absent, of another type, ambiguous or doubtful is left out and named in `missing`, so
 * that a rule which needs it cannot be held to say anything.
 */
export function factsOf(call: RuledCall, mapping: ToolMapping | null, reads: Reads): Facts {
  const context: Facts["context"] = {};
  const missing = new Map<string, string>();
  const names = countPaths(call.tool_args, [...pathsRead(reads), ...pathsOf(mapping)]);
  for (const attribute of reads.attributes) {
    const found = factOf(attribute, call, mapping, reads, names);
    if (typeof found === "object" && "why" in found) missing.set(attribute, found.why);
    else place(context, attribute, found.value);
  }
  for (const record of ["text", "number", "flag", "time", "rate"]) context[record] ??= {};
  return { context, missing };
}

type Found = { value: Value } | { why: string };

function factOf(
  attribute: string,
  call: RuledCall,
  mapping: ToolMapping | null,
  reads: Reads,
  names: Map<string, number>,
): Found {
  const [record = "", ...rest] = attribute.split("/");
  const name = rest.join("/");
  const textual = (value: unknown, what: string): Found => textFact(value, what, reads.letters);
  switch (record) {
    case "text":
    case "number":
    case "flag":
      return argumentFact(record, name, call.tool_args, names, reads.letters);
    case "amount": {
      const amount = amountOf(call, mapping, names);
      return "why" in amount ? amount : { value: amount };
    }
    case "acts":
      return { value: mapping && mapping.acts.length > 0 ? mapping.acts : actsByName(call.tool_name) };
    case "tool":
      return textual(call.tool_name, "The tool's name");
    case "agent":
      return textual(call.agent_id, "The agent's name");
    case "principal":
      return call.principal === null
        ? { why: "The request names no human principal." }
        : textual(call.principal, "The principal");
    case "purpose":
      return call.purpose === null ? { why: "The request names no purpose." } : textual(call.purpose, "The purpose");
    case "payee":
      return mapped("payee", mapping?.payee ?? null, call, names, reads.letters);
    case "destination":
      if (mapping?.destination) return mapped("destination", mapping.destination, call, names, reads.letters);
      return call.destination === null
        ? { why: "The request names no destination." }
        : textual(call.destination, "The destination");
    case "categories": {
      const categories = call.data_categories.map((category) => foldText(category, reads.letters));
      if (categories.length === 0) return { why: "The request names no data categories." };
      return categories.includes(null)
        ? doubtful("A data category")
        : { value: categories.filter((category) => category !== null) };
    }
    case "time":
      return { value: timeIn(call.at, name) };
    case "rate": {
      const count = call.rates[name];
      return count === undefined ? { why: `Earlier approvals (${name}) were not counted.` } : { value: count };
    }
    default:
      return { why: `Nothing is known as ${record}.` };
  }
}

/** The arguments that rules ask about by their names. */
const pathsRead = ({ attributes }: Reads): string[] =>
  [...attributes].flatMap((attribute) => /^(?:text|number|flag)\/(.*)$/s.exec(attribute)?.[1] ?? []);

/** The arguments whose meaning somebody confirmed, but for those that are only known to be there. */
function pathsOf(mapping: ToolMapping | null): string[] {
  const { amount = null, payee = null, destination = null } = mapping ?? {};
  const currency = amount !== null && "path" in amount.currency ? amount.currency.path : null;
  return [amount?.path ?? null, currency, payee, destination].filter((path) => path !== null);
}

/** The call's amount by the tool's mapping, exact, or why there is none to rely on. */
export function amountOf(
  call: Pick<RuledCall, "tool_name" | "tool_args">,
  mapping: ToolMapping | null,
  names: Map<string, number> = countPaths(call.tool_args, pathsOf(mapping)),
): ExactAmount | { why: string } {
  if (mapping?.amount == null)
    return { why: `Nobody confirmed yet which argument of ${call.tool_name} is the amount, and in which unit.` };
  const { path, unit, written: kind, currency: source } = mapping.amount;
  const { known_arguments } = mapping;
  // A number that nobody knew when the mapping was confirmed.
  const stranger = known_arguments.length === 0 ? null : strangerIn(call.tool_args, [path, ...known_arguments]);
  if (stranger !== null) return { why: `The argument ${stranger} is new and looks like an amount.` };
  const value = argumentAt(call.tool_args, path);
  if (names.get(normalized(path)) !== 1 || value === undefined) return unclear(path, names);
  const code = "code" in source ? source.code : argumentAt(call.tool_args, source.path);
  if ("path" in source && names.get(normalized(source.path)) !== 1) return unclear(source.path, names);
  const currency = typeof code === "string" ? code.toUpperCase() : "";
  if (!/^[A-Z]{3}$/.test(currency) || !isCurrency(currency)) return { why: "The currency is none that is known." };
  // A number is taken as the shortest decimal that is it.
  const written =
    kind === "number" && typeof value === "number" ? String(value) : kind === "text" && typeof value === "string" ? value : "";
  const minor = unit === "major" ? toMinor(written, currency) : /^-?\d+$/.test(written) ? Number(written) : null;
  if (written === "") return otherType(path, value, kind === "number" ? "a number" : "a text");
  if (minor === null || !Number.isSafeInteger(minor)) return { why: `The argument ${path} is no exact amount in ${currency}.` };
  return minor < 0 ? { why: `The argument ${path} is negative.` } : { minor, currency };
}

function argumentFact(
  kind: "text" | "number" | "flag",
  path: string,
  args: JsonObject,
  names: Map<string, number>,
  letters: string,
): Found {
  const value = argumentAt(args, path);
  if (value === undefined || names.get(normalized(path)) !== 1) return unclear(path, names);
  if (kind === "text")
    return typeof value === "string" ? textFact(value, `The argument ${path}`, letters) : otherType(path, value, "a text");
  if (kind === "flag") return typeof value === "boolean" ? { value } : otherType(path, value, "true or false");
  if (typeof value !== "number") return otherType(path, value, "a number");
  if (!/^-?\d{1,14}(\.\d{1,4})?$/.test(String(value)))
    return { why: `The argument ${path} has too many digits to be compared exactly.` };
  return { value: { __extn: { fn: "decimal", arg: decimal(value) } } };
}

function mapped(what: string, path: string | null, call: RuledCall, names: Map<string, number>, letters: string): Found {
  if (path === null) return { why: `Nobody confirmed yet which argument of ${call.tool_name} is the ${what}.` };
  return argumentFact("text", path, call.tool_args, names, letters);
}

function textFact(value: unknown, what: string, letters: string): Found {
  const folded = typeof value === "string" ? foldText(value, letters) : null;
  return folded === null ? doubtful(what) : { value: folded };
}

const doubtful = (what: string): Found => ({ why: `${what} holds characters that cannot be told apart from others.` });
const otherType = (path: string, value: JsonValue, wanted: string): { why: string } => ({
  why: `The argument ${path} is ${kindOf(value)}, not ${wanted}.`,
});

function kindOf(value: JsonValue): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  return { string: "a text", number: "a number", boolean: "true or false" }[typeof value as string] ?? "an object";
}
const unclear = (path: string, names: Map<string, number>): { why: string } => ({
  why: (names.get(normalized(path)) ?? 0) > 1 ? `Several arguments are called ${path}.` : `The argument ${path} is missing.`,
});

const formats = new Map<string, Intl.DateTimeFormat>();

function timeIn(at: Date, zone: string): Value {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    formats.set(zone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return { minute: Number(parts.hour) * 60 + Number(parts.minute), weekend: parts.weekday === "Sat" || parts.weekday === "Sun" };
}

function place(context: Facts["context"], attribute: string, value: Value): void {
  const [record = "", ...rest] = attribute.split("/");
  if (rest.length === 0) context[record] = value;
  else context[record] = { ...(context[record] as { [name: string]: Value }), [rest.join("/")]: value }; // only records have a second name
}
