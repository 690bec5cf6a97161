export type Bytes = Uint8Array<ArrayBuffer>;

const HASH_BYTES = 32;
const text = new TextEncoder();

export const utf8 = (value: string): Bytes => text.encode(value);

export function toHex(bytes: Uint8Array): string {
  let hex = "";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return hex;
}

/** A hash from lower-case hex. @throws {RangeError} where it is not 32 bytes of it */
export function hashFromHex(hex: string): Bytes {
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new RangeError("A hash is 64 lower-case hex digits.");
  const bytes = new Uint8Array(HASH_BYTES);
  for (let i = 0; i < HASH_BYTES; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** @throws {RangeError} where it is not base64 */
export function fromBase64(value: string): Bytes {
  try {
    return Uint8Array.from(atob(value), (character) => character.charCodeAt(0));
  } catch {
    throw new RangeError("This is not base64.");
  }
}

/** Of base64url without padding. @throws {RangeError} */
export function fromBase64Url(value: string): Bytes {
  if (!/^[\w-]*$/.test(value)) throw new RangeError("This is not base64url.");
  return fromBase64(value.replaceAll("-", "+").replaceAll("_", "/"));
}

export const concat = (...parts: Uint8Array[]): Bytes => join(parts);

/** As `concat`, of any number. */
export function join(parts: Uint8Array[]): Bytes {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

export const isEqual = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

export async function sha256(...parts: Uint8Array[]): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", concat(...parts)));
}
