import { hashCanonicalJson } from "./canonical-json.ts";
import type { JsonObject, JsonValue } from "./json.ts";

/**
 * Whether two calls have the same arguments. Their canonical forms are compared first. One client generation rewrites every key to snake_case
 * before it asks for clearance, and not before it mints; so where the forms differ, they are compared once more with the keys of both sides
 * folded. Where folding would make one key of two, on either side and at any depth, nobody can say which value counts: then they differ.
 *
 * @example isSameArguments({ customerId: "c" }, { customer_id: "c" }) // true
 * @example isSameArguments({ amount: 10 }, { amount: 10, Amount: 1 }) // false
 */
export function isSameArguments(a: JsonObject, b: JsonObject): boolean {
  if (hashCanonicalJson(a) === hashCanonicalJson(b)) return true;
  const [first, second] = [foldKeys(a), foldKeys(b)];
  return first !== null && second !== null && hashCanonicalJson(first.value) === hashCanonicalJson(second.value);
}

/** A value with its keys folded; null where two keys of one object would become one. */
export function foldKeys(value: JsonValue): { value: JsonValue } | null {
  if (value === null || typeof value !== "object") return { value };
  const folded: [string, JsonValue][] = [];
  for (const [key, inner] of Object.entries(value)) {
    const under = foldKeys(inner);
    if (under === null) return null;
    folded.push([Array.isArray(value) ? key : snakeCase(key), under.value]);
  }
  if (Array.isArray(value)) return { value: folded.map(([, inner]) => inner) };
  if (new Set(folded.map(([key]) => key)).size < folded.length) return null;
  // Own properties, whatever they are called: an assignment would lose `__proto__`.
  return { value: Object.fromEntries(folded) };
}

/** The two letters beyond ASCII whose lower case is within it: they would pass for a k and an i. */
const BECOMES_ASCII = /[\u212A\u0130]/;

/** A key as that client generation writes it: `customerID` is `customer_id`, `HTTPCode` is `http_code`. */
export function snakeCase(key: string): string {
  if (BECOMES_ASCII.test(key)) return key;
  return key
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
}
