import { z } from "zod";

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

/** Why a text was not accepted as JSON. `code` is the problem code that an HTTP service answers with. */
export class JsonRefused extends Error {
  override name = "JsonRefused";
  readonly code: "malformed_json" | "number_out_of_range" | "invalid_string" | "too_deep";

  constructor(code: JsonRefused["code"], message: string) {
    super(message);
    this.code = code;
  }
}

type ReviverContext = { source?: string };

/**
 * Parses JSON that will be hashed, and refuses what could not be hashed faithfully.
 *
 * - integers beyond ±(2^53−1) and numbers that overflow: `number_out_of_range`
 * - lone surrogates, which have no UTF-8 form (RFC 8785 §3.2.2.2): `invalid_string`
 * - nesting beyond `maxDepth` levels: `too_deep`
 *
 * @param maxDepth Levels of arrays and objects that are accepted, the outermost counted as 1.
 * @throws {JsonRefused}
 * @example parseJson('{"amount":45}') // { amount: 45 }
 */
export function parseJson(text: string, maxDepth = 64): JsonValue {
  assertDepth(text, maxDepth);
  let value: JsonValue;
  try {
    // The reviver costs a call a value, so it runs only where a long number or an exponent could hide one.
    value = /\d{16}|\d[eE]/.test(text) ? JSON.parse(text, refuseUnsafeNumber) : JSON.parse(text);
  } catch (error) {
    if (error instanceof JsonRefused) throw error;
    throw new JsonRefused("malformed_json", "The body is not valid JSON.");
  }
  if (/\\u[dD][89a-fA-F]|[\uD800-\uDFFF]/.test(text)) assertWellFormed(value);
  return value;
}

/** From here on ECMAScript, and with it RFC 8785, writes a number with an exponent. */
const SMALLEST_WITH_EXPONENT = 1e21;

/** Lets `JSON.parse` hand over the number's own digits (TC39 “JSON.parse source text access”). */
function refuseUnsafeNumber(this: unknown, _key: string, value: unknown, context?: ReviverContext): unknown {
  if (typeof value !== "number") return value;
  // Also where an exponent or a fraction hides it: its canonical form (RFC 8785) is plain digits below 10^21, which the next reader refuses.
  const isInteger =
    /^-?\d+$/.test(context?.source ?? "") || (Number.isInteger(value) && Math.abs(value) < SMALLEST_WITH_EXPONENT);
  if (!Number.isFinite(value) || (isInteger && !Number.isSafeInteger(value))) {
    throw new JsonRefused(
      "number_out_of_range",
      "A number is beyond ±(2^53−1) and cannot be hashed faithfully. Send it as a string.",
    );
  }
  return value;
}

/** Checked on the text, before anything recursive runs over the value. */
function assertDepth(text: string, maxDepth: number): void {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (inString) {
      if (c === 0x5c) i++;
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x7b || c === 0x5b) {
      if (++depth > maxDepth) throw new JsonRefused("too_deep", `The JSON is nested deeper than ${maxDepth} levels.`);
    } else if (c === 0x7d || c === 0x5d) depth--;
  }
}

function assertWellFormed(value: JsonValue): void {
  if (typeof value === "string") {
    if (!value.isWellFormed()) {
      throw new JsonRefused("invalid_string", "A string holds half of a surrogate pair, which has no UTF-8 form.");
    }
  } else if (Array.isArray(value)) value.forEach(assertWellFormed);
  else if (value !== null && typeof value === "object") {
    for (const [key, entry] of Object.entries(value)) {
      assertWellFormed(key);
      assertWellFormed(entry);
    }
  }
}

/** Levels of arrays and objects in a value; a scalar is 0. */
export function jsonDepth(value: JsonValue): number {
  if (value === null || typeof value !== "object") return 0;
  const children = Array.isArray(value) ? value : Object.values(value);
  return 1 + children.reduce<number>((deepest, child) => Math.max(deepest, jsonDepth(child)), 0);
}

/**
 * A JSON object, passed through untouched. `z.record` would copy it and lose keys such as `__proto__`, and what is hashed
 * must be what arrived.
 */
export const jsonObject = z
  .custom<JsonObject>((value) => typeof value === "object" && value !== null && !Array.isArray(value), {
    error: "must be a JSON object",
  })
  .meta({ type: "object", additionalProperties: true });

export const jsonArray = z.custom<JsonValue[]>(Array.isArray, { error: "must be a JSON array" }).meta({ type: "array" });
