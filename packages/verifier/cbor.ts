import { type Bytes, concat, join, utf8 } from "./bytes.ts";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A CBOR integer, as opposed to a number of JSON, which the log hashes as float64. */
export type Whole = { whole: number };
export const whole = (value: number): Whole => ({ whole: value });

/**
 * The map that a hash or a signature covers, in the log's deterministic CBOR (RFC 8949 §4.2): definite lengths, shortest heads, text
 * strings, JSON numbers as float64. Keys are sorted by length in UTF-16 units, then by code unit.
 *
 * @throws {RangeError} on a number that is not finite
 */
export function encodeRecord(record: Record<string, Json | Whole>): Bytes {
  return encodeMap(record, (value) => (isWhole(value) ? head(0, value.whole) : encodeJson(value)));
}

const isWhole = (value: Json | Whole): value is Whole =>
  typeof value === "object" && value !== null && "whole" in value && typeof value.whole === "number";

function encodeJson(value: Json): Bytes {
  if (value === null) return Uint8Array.of(0xf6);
  if (value === true) return Uint8Array.of(0xf5);
  if (value === false) return Uint8Array.of(0xf4);
  if (typeof value === "number") return encodeFloat(value);
  if (typeof value === "string") return encodeText(value);
  if (Array.isArray(value)) return join([head(4, value.length), ...value.map(encodeJson)]);
  return encodeMap(value, encodeJson);
}

function encodeMap<Value>(map: Record<string, Value>, encode: (value: Value) => Bytes): Bytes {
  const entries = Object.entries(map).sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1));
  return join([head(5, entries.length), ...entries.flatMap(([key, value]) => [encodeText(key), encode(value)])]);
}

function encodeText(value: string): Bytes {
  const bytes = utf8(value);
  return concat(head(3, bytes.length), bytes);
}

function encodeFloat(value: number): Bytes {
  if (!Number.isFinite(value)) throw new RangeError("A number that is not finite has no place in the log.");
  const bytes = new Uint8Array(9);
  bytes[0] = 0xfb;
  new DataView(bytes.buffer).setFloat64(1, value === 0 ? 0 : value); // −0 becomes 0
  return bytes;
}

function head(major: number, argument: number): Bytes {
  if (!Number.isSafeInteger(argument) || argument < 0) throw new RangeError(`${argument} is not a whole number that fits.`);
  const type = major << 5;
  if (argument < 24) return Uint8Array.of(type | argument);
  const [code, size] = argument < 2 ** 8 ? [24, 1] : argument < 2 ** 16 ? [25, 2] : argument < 2 ** 32 ? [26, 4] : [27, 8];
  const bytes = new Uint8Array(1 + size);
  bytes[0] = type | code;
  let rest = argument;
  for (let i = size; i > 0; i--, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
  return bytes;
}
