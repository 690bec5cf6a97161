import { decode } from "cborg";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CborValue, encodeCbor, integer } from "./cbor.ts";

// fast-check's `__proto__` keys are legal JSON, but no decoder that builds plain objects gives them back.
const json = fc.jsonValue({ noUnicodeString: false }).filter((value) => !JSON.stringify(value).includes("__proto__"));

// The decoder is not ours. It tells integers from floats only by value, which is enough to compare JSON.
describe("deterministic CBOR", () => {
  it("decodes to what was encoded", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(decode(encodeCbor(value as CborValue))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("does not depend on the order of keys", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true })), (map) => {
        const reversed = Object.fromEntries(Object.entries(map).reverse());
        expect(encodeCbor(reversed)).toEqual(encodeCbor(map));
      }),
    );
  });

  it("uses the shortest head for every integer", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        const bytes = encodeCbor(integer(value));
        const magnitude = value < 0 ? -1 - value : value;
        const expected = magnitude < 24 ? 1 : magnitude < 2 ** 8 ? 2 : magnitude < 2 ** 16 ? 3 : magnitude < 2 ** 32 ? 5 : 9;
        expect(bytes.length).toBe(expected);
        expect(Number(decode(bytes))).toBe(value);
      }),
    );
  });

  it("writes −0 as 0 and refuses numbers that are not finite", () => {
    expect(encodeCbor(-0)).toEqual(encodeCbor(0));
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) expect(() => encodeCbor(value)).toThrow(RangeError);
  });
});
