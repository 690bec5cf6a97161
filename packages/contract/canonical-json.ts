import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import serialize from "canonicalize";
import type { JsonObject, JsonValue } from "./json.ts";

/**
 * The RFC 8785 (JCS) form of a JSON value: keys sorted by UTF-16 code unit, ECMAScript numbers, no white space.
 *
 * @throws {TypeError} where the value is not JSON.
 * @example canonicalJson({ b: 1, a: "é" }) // '{"a":"é","b":1}'
 */
export function canonicalJson(value: JsonValue): string {
  const text = serialize(value);
  if (text === undefined) throw new TypeError("The value has no JSON form.");
  return text;
}

/** Lower-case hex SHA-256 of the canonical JSON in UTF-8. */
export function hashCanonicalJson(value: JsonValue): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(value))));
}

/**
 * The claim that binds an A-JWT to the exact arguments: `"sha256:"` and the hex hash of their canonical JSON.
 *
 * @example hashToolArgs({ amount: 45 }) // "sha256:4094e8945ebb44b9da1db0990238c93aeafad74c188e29d36f699273abb1c134"
 */
export function hashToolArgs(toolArgs: JsonObject): string {
  return `sha256:${hashCanonicalJson(toolArgs)}`;
}

/** What an agent means to do, apart from when it asked: the ledger's `intent_hash`. */
export function hashIntent(intent: { agent_id: string; session_id: string; tool_name: string; tool_args: JsonObject }): string {
  return hashCanonicalJson({
    agent_id: intent.agent_id,
    session_id: intent.session_id,
    tool_name: intent.tool_name,
    tool_args: intent.tool_args,
  });
}
