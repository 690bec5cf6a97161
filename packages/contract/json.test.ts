import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, hashToolArgs } from "./canonical-json.ts";
import { JsonRefused, type JsonValue, jsonDepth, parseJson } from "./json.ts";

const refusal = (text: string, depth?: number) => {
  try {
    parseJson(text, depth);
    return null;
  } catch (error) {
    return error instanceof JsonRefused ? error.code : error;
  }
};

describe("JSON that will be hashed", () => {
  it("parses what JSON.parse parses", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        const isSafe = !/\d{16}/.test(text);
        if (isSafe && jsonDepth(value as JsonValue) < 64) expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it("refuses integers that a double cannot hold, wherever they stand", () => {
    expect(refusal('{"a":[9007199254740993]}')).toBe("number_out_of_range");
    expect(refusal("-9007199254740993")).toBe("number_out_of_range");
    expect(refusal("1e400")).toBe("number_out_of_range");
    expect(refusal("-1.1583172722720102e+16")).toBe("number_out_of_range"); // canonically an integer that is refused
    expect(parseJson("1e21")).toBe(1e21);
    expect(parseJson("1.5e10")).toBe(1.5e10);
    expect(refusal("9007199254740991")).toBeNull();
    expect(refusal('{"a":1e21,"b":0.1234567890123456789}')).toBeNull();
    expect(refusal('{"id":"9007199254740993"}')).toBeNull();
  });

  it("refuses lone surrogates, which have no UTF-8 form", () => {
    expect(refusal('"\\ud800"')).toBe("invalid_string");
    expect(refusal('{"\\udc00":1}')).toBe("invalid_string");
    expect(refusal('"\\ud83d\\ude00"')).toBeNull();
  });

  it("refuses deep nesting before it parses", () => {
    expect(refusal("[".repeat(100_000))).toBe("too_deep");
    expect(refusal('[["[[[["]]', 2)).toBeNull();
    expect(refusal("[[[1]]]", 2)).toBe("too_deep");
  });

  it("keeps a key named __proto__", () => {
    const value = parseJson('{"__proto__":{"approved":true},"a":1}') as { [key: string]: JsonValue };
    expect(canonicalJson(value)).toBe('{"__proto__":{"approved":true},"a":1}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it("hashes the same arguments alike, in any order of keys", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.string(), fc.boolean())), (args) => {
        expect(hashToolArgs(Object.fromEntries(Object.entries(args).reverse()))).toBe(hashToolArgs({ ...args }));
      }),
    );
  });
});
