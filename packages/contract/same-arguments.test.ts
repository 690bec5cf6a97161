import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "./canonical-json.ts";
import { type JsonObject, type JsonValue, jsonObject, parseJson } from "./json.ts";
import { foldKeys, isSameArguments, snakeCase } from "./same-arguments.ts";

const args = (text: string): JsonObject => jsonObject.parse(parseJson(text));

describe("the same arguments", () => {
  it.each([
    ["in another order", '{"a":1,"b":[1,{"c":2}]}', '{"b":[1,{"c":2}],"a":1}'],
    ["with keys that one side folded", '{"customerId":"c"}', '{"customer_id":"c"}'],
    ["folded at every depth, in lists too", '{"aB":[{"cD":{"eF":1}}]}', '{"a_b":[{"c_d":{"e_f":1}}]}'],
    ["with acronyms and digits", '{"HTTPCode":1,"userID":2,"v2Url":3}', '{"http_code":1,"user_id":2,"v2_url":3}'],
    ["twice the same, though its keys would collide", '{"amount":10,"Amount":1}', '{"Amount":1,"amount":10}'],
    ["with letters beyond ASCII", '{"BetragÜber":1}', '{"betragüber":1}'],
    ["with a key that objects have anyway", '{"__proto__":{"isAdmin":true}}', '{"__proto__":{"is_admin":true}}'],
  ])("are those %s", (_, a, b) => {
    expect([isSameArguments(args(a), args(b)), isSameArguments(args(b), args(a))]).toEqual([true, true]);
  });

  it.each([
    ["of another value", '{"amount":10}', '{"amount":11}'],
    ["of another type", '{"amount":10}', '{"amount":"10"}'],
    ["where a second spelling is added", '{"amount":10}', '{"amount":1000000,"Amount":10}'],
    ["where a second spelling is added, the other way about", '{"amount":10}', '{"Amount":1000000,"amount":10}'],
    ["where spellings collide with equal values", '{"amount":10}', '{"amount":10,"Amount":10}'],
    ["where they collide deep inside", '{"to":[{"id":1}]}', '{"to":[{"id":1,"ID":2}]}'],
    ["where they collide on both sides", '{"aB":1,"a_b":2,"x":1}', '{"aB":2,"a_b":1,"x":1}'],
    ["where a key folds onto one of the other side's two", '{"userId":1}', '{"user_id":1,"userID":1}'],
    ["with a Kelvin sign for a k", '{"key":1}', '{"\u212Aey":1}'],
    ["with a dotted capital for an i", '{"id":1}', '{"\u0130d":1}'],
    ["with a property of every object for an argument", '{"__proto__":1}', "{}"],
    ["with an empty object for none", '{"a":{}}', "{}"],
    ["with a list in another order", '{"a":[1,2]}', '{"a":[2,1]}'],
  ])("are not those %s", (_, a, b) => {
    expect([isSameArguments(args(a), args(b)), isSameArguments(args(b), args(a))]).toEqual([false, false]);
  });
});

const key = fc.oneof(
  fc.string({ unit: fc.constantFrom("a", "B", "c", "D", "_", "1", "2", "é", "Ü", "-", "."), minLength: 1, maxLength: 6 }),
  fc.constantFrom("__proto__", "constructor", "toString", "userID", "user_id", "userId", "HTTPCode", "v2URL", ""),
);
const value = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<JsonValue>(null, true, 0, 1, 1.5, "", "aB"),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("object"),
  ),
  object: fc
    .uniqueArray(fc.tuple(key, tie("value")), { maxLength: 4, selector: ([name]) => name })
    .map((entries): JsonObject => Object.fromEntries(entries)),
}));

/** What that client generation sends: every key of every object rewritten, the last of two that meet overwriting the first. */
function asTheClientSends(given: JsonValue): JsonValue {
  if (Array.isArray(given)) return given.map(asTheClientSends);
  if (given === null || typeof given !== "object") return given;
  return Object.fromEntries(Object.entries(given).map(([name, inner]) => [snakeCase(name), asTheClientSends(inner)]));
}
const keyCount = (given: JsonValue): number =>
  given === null || typeof given !== "object"
    ? 0
    : (Array.isArray(given) ? 0 : Object.keys(given).length) +
      Object.values(given).reduce((sum: number, inner) => sum + keyCount(inner), 0);

describe("folding", () => {
  it("agrees with what the client sends, wherever that loses no key", () => {
    fc.assert(
      fc.property(value.object, (given) => {
        const sent = jsonObject.parse(asTheClientSends(given));
        const isLossless = keyCount(sent) === keyCount(given);
        const isExact = canonicalJson(sent) === canonicalJson(given);
        expect(isSameArguments(given, sent)).toBe(isExact || isLossless);
      }),
      { numRuns: 2000 },
    );
  });

  it("is done after once, and loses nothing", () => {
    fc.assert(
      fc.property(value.object, (given) => {
        const once = foldKeys(given);
        if (once === null) return;
        expect(foldKeys(once.value)).toEqual(once);
        expect(keyCount(once.value)).toBe(keyCount(given));
      }),
    );
  });

  it("is the same from both sides, and never calls two values of one spelling the same", () => {
    fc.assert(
      fc.property(value.object, value.object, (a, b) => {
        expect(isSameArguments(a, b)).toBe(isSameArguments(b, a));
        expect(isSameArguments({ ...a, sum: 1 }, { ...a, sum: 2 })).toBe(false);
      }),
    );
  });
});
