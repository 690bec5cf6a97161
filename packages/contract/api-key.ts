import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { type Environment, environment, environments } from "./environment.ts";
import { CHECKSUM_LENGTH, SECRET_LENGTH } from "./key-in-text.ts";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const PATTERN = new RegExp(`^sk_(${environments.join("|")})_([0-9A-Za-z]{${SECRET_LENGTH}})([0-9A-Za-z]{${CHECKSUM_LENGTH}})$`);

/**
 * Writes an API key: `sk_<environment>_<43 characters of secret><6 of checksum>`.
 *
 * @param random 32 bytes from a cryptographic source.
 */
export function createApiKey(environment: Environment, random: Uint8Array): string {
  if (random.length !== 32) throw new RangeError("An API key needs 32 random bytes.");
  const head = `sk_${environment}_${base62(random, SECRET_LENGTH)}`;
  return head + checksum(head);
}

export type ParsedApiKey = { environment: Environment; prefix: string; hash: string };

/**
 * Reads an API key without asking anyone: its environment, the prefix that is shown in lists, and the hash that is stored.
 *
 * @returns null where the text is no key, or its checksum does not fit (a typo, or cut off while copying).
 */
export function parseApiKey(text: string): ParsedApiKey | null {
  const match = PATTERN.exec(text);
  if (!match) return null;
  const [, keyEnvironment, secret = "", sum] = match;
  const head = text.slice(0, -CHECKSUM_LENGTH);
  if (checksum(head) !== sum) return null;
  return {
    environment: environment.parse(keyEnvironment),
    prefix: `sk_${keyEnvironment}_${secret.slice(0, 6)}`,
    hash: hashApiKey(text),
  };
}

/** Lower-case hex SHA-256 of the whole key. A key holds 256 random bits, so a slow hash would add nothing. */
export function hashApiKey(key: string): string {
  return bytesToHex(sha256(utf8ToBytes(key)));
}

function checksum(head: string): string {
  return base62(sha256(utf8ToBytes(head)).subarray(0, 4), CHECKSUM_LENGTH);
}

function base62(bytes: Uint8Array, length: number): string {
  let number = BigInt(`0x${bytesToHex(bytes)}`);
  let text = "";
  for (let i = 0; i < length; i++) {
    text = ALPHABET[Number(number % 62n)] + text;
    number /= 62n;
  }
  return text;
}
