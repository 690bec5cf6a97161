import type { JsonObject, JsonValue } from "@ledgix/contract/json";
import { compareSettings, type Difference } from "@ledgix/contract/settings-changes";

/** What a proposal would change, a line each: "minimum confidence score: 0.9 becomes 0.1", "rules: Large refunds would be removed". */
export function describeDifferences(current: JsonObject, proposed: JsonObject): string[] {
  const parts = Object.keys(proposed).filter((part) => proposed[part] !== null);
  const was = Object.fromEntries(parts.map((part) => [part, current[part] ?? null]));
  const is = Object.fromEntries(parts.map((part) => [part, proposed[part] ?? null]));
  return compareSettings(was, is).map((difference) => sentence(difference, was[difference.part], is[difference.part]));
}

function sentence({ part, item, how }: Difference, was: JsonValue | undefined, is: JsonValue | undefined): string {
  const name = part.replaceAll("_", " ");
  if (item !== null) return `${name}: ${nameOf(item, how === "removed" ? was : is)} would be ${how}`;
  if (how === "moved") return `${name} would have another order`;
  if (isPlain(was) && isPlain(is)) return `${name}: ${said(was)} becomes ${said(is)}`;
  return `${name} would be changed`;
}

/** A rule or a route by its name; what has none by what tells it apart. */
function nameOf(item: string, part: JsonValue | undefined): string {
  const named = Array.isArray(part) ? part.find((each) => isObject(each) && each.id === item) : undefined;
  return isObject(named) && typeof named.name === "string" ? named.name : `“${item}”`;
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isPlain = (value: JsonValue | undefined) => typeof value !== "object" || value === null;
const said = (value: JsonValue | undefined) =>
  value === true ? "on" : value === false ? "off" : value === null || value === undefined ? "nothing" : String(value);
