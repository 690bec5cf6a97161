import type { JsonValue } from "@ledgix/contract/json";

/** A CBOR integer in a structural position (a version, a tree size), as opposed to a JSON number, which is a float64. */
export class CborInteger {
  readonly value: number;
  constructor(value: number) {
    if (!Number.isSafeInteger(value)) throw new RangeError("A CBOR integer must be a safe integer.");
    this.value = value;
  }
}

export const integer = (value: number): CborInteger => new CborInteger(value);

export type CborValue = JsonValue | CborInteger | CborValue[] | { [key: string]: CborValue };

const utf8 = new TextEncoder();

/**
 * Deterministic CBOR as the log hashes it: definite lengths, shortest heads, text strings, every JSON number a float64.
 *
 * Map keys are sorted by length in UTF-16 units, then by code unit. For ASCII keys that is RFC 8949 §4.2.3; beyond ASCII it is
 * what the clients in the field do.
 *
 * @throws {RangeError} on a number that is not finite.
 * @example encodeCbor({ amount: 45 }) // a1 66 "amount" fb 4046800000000000
 */
export function encodeCbor(value: CborValue): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  write(out, value);
  return out.bytes();
}

function write(out: ByteWriter, value: CborValue): void {
  if (value === null) out.byte(0xf6);
  else if (value === true) out.byte(0xf5);
  else if (value === false) out.byte(0xf4);
  else if (typeof value === "number") writeFloat(out, value);
  else if (typeof value === "string") writeText(out, value);
  else if (value instanceof CborInteger) writeInteger(out, value.value);
  else if (Array.isArray(value)) {
    writeHead(out, 4, value.length);
    for (const item of value) write(out, item);
  } else writeMap(out, value);
}

function writeMap(out: ByteWriter, map: { [key: string]: CborValue }): void {
  const keys = Object.keys(map).sort(byLengthThenCodeUnit);
  writeHead(out, 5, keys.length);
  for (const key of keys) {
    writeText(out, key);
    // The key comes from the same object, and every value of a CborValue map is a CborValue.
    write(out, map[key] as CborValue);
  }
}

function byLengthThenCodeUnit(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** UTF-16 units up to which a text is written unit by unit, which beats the encoder's call for ASCII. */
const SHORT = 128;

function writeText(out: ByteWriter, text: string): void {
  if (text.length <= SHORT && isAscii(text)) {
    writeHead(out, 3, text.length);
    out.ascii(text);
    return;
  }
  const bytes = utf8.encode(text);
  writeHead(out, 3, bytes.length);
  out.append(bytes);
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

function writeFloat(out: ByteWriter, value: number): void {
  if (!Number.isFinite(value)) throw new RangeError("A number that is not finite has no place in the log.");
  out.byte(0xfb);
  out.float64(value === 0 ? 0 : value); // −0 becomes 0
}

function writeInteger(out: ByteWriter, value: number): void {
  if (value < 0) writeHead(out, 1, -1 - value);
  else writeHead(out, 0, value);
}

function writeHead(out: ByteWriter, major: number, argument: number): void {
  const type = major << 5;
  if (argument < 24) out.byte(type | argument);
  else if (argument < 0x100) out.big(type | 24, argument, 1);
  else if (argument < 0x10000) out.big(type | 25, argument, 2);
  else if (argument < 0x100000000) out.big(type | 26, argument, 4);
  else out.big(type | 27, argument, 8);
}

class ByteWriter {
  #buffer = new Uint8Array(1024);
  #view = new DataView(this.#buffer.buffer);
  #length = 0;

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  ascii(text: string): void {
    this.#reserve(text.length);
    for (let i = 0; i < text.length; i++) this.#buffer[this.#length++] = text.charCodeAt(i);
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value);
    this.#length += 8;
  }

  /** A head byte and its argument, big-endian in `size` bytes. */
  big(head: number, argument: number, size: 1 | 2 | 4 | 8): void {
    this.#reserve(1 + size);
    this.#buffer[this.#length++] = head;
    if (size === 8) this.#view.setBigUint64(this.#length, BigInt(argument));
    else for (let i = 0; i < size; i++) this.#buffer[this.#length + i] = (argument >>> (8 * (size - 1 - i))) & 0xff;
    this.#length += size;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.slice(0, this.#length);
  }

  #reserve(extra: number): void {
    if (this.#length + extra <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + extra));
    grown.set(this.#buffer);
    this.#buffer = grown;
    this.#view = new DataView(grown.buffer);
  }
}
