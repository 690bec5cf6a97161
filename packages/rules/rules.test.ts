import type { JsonObject } from "@ledgix/contract/json";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ruleApplies, settle } from "./evaluate.ts";
import { parseRule, type Rule } from "./parse.ts";

const rule = (sentence: string): Rule => {
  const parsed = parseRule(sentence);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.rule;
};
const refund = [
  "Approve when amount is at most 100 and currency is usd.",
  "Pause when amount is over 100.",
  "Deny when amount is over 5,000.",
].map(rule);

describe("rules in controlled English", () => {
  it.each([
    [{ amount: 45, currency: "USD" }, "allow"],
    [{ amount: 100, currency: "usd" }, "allow"],
    [{ amount: 100.01, currency: "usd" }, "review"],
    [{ amount: 5000.5, currency: "usd" }, "deny"],
    [{ amount: 45, currency: "eur" }, undefined],
  ] as const)("%j settles as %s", (args, effect) => expect(settle(refund, { ...args })?.effect).toBe(effect));

  it("never lets a call pass whose arguments are absent or of the wrong type", () => {
    const calls: JsonObject[] = [
      {},
      { amount: "45", currency: "usd" },
      { amount: 45 },
      { amount: null, currency: "usd" },
      { Amount: 45, currency: "usd" },
    ];
    for (const args of calls) {
      expect(settle(refund, args)?.effect).not.toBe("allow");
    }
    expect(settle([rule("Deny when amount is over 10"), rule("Approve when currency is usd")], { currency: "usd" })?.effect).toBe(
      "review",
    );
  });

  it("never lets a call pass beside a rule that could not be read", () => {
    expect(settle([null, ...refund], { amount: 45, currency: "usd" })).toEqual({ effect: "review", rule: 0 });
    expect(settle([null, ...refund], { amount: 9000, currency: "usd" })?.effect).toBe("deny");
  });

  it("deny beats review beats allow, in any order", () => {
    const sentences = ["Approve when amount is at least 0", "Pause when amount is over 10", "Deny when amount is over 20"].map(
      rule,
    );
    fc.assert(
      fc.property(
        fc.shuffledSubarray(sentences, { minLength: 3 }),
        fc.double({ min: 0, max: 40, noNaN: true }),
        (rules, amount) => {
          const expected = amount > 20 ? "deny" : amount > 10 ? "review" : "allow";
          expect(settle(rules, { amount })?.effect).toBe(expected);
        },
      ),
    );
  });

  it("reads nested arguments, lists, quotes and negations", () => {
    expect(ruleApplies(rule("Deny when customer.country is one of KP, IR or SY"), { customer: { country: "ir" } })).toBe("yes");
    expect(ruleApplies(rule('Pause when note is "refund and return"'.replace(" and ", " & ")), { note: "refund & return" })).toBe(
      "yes",
    );
    expect(ruleApplies(rule("Pause when verified is not true"), { verified: false })).toBe("yes");
    expect(ruleApplies(rule("Deny when __proto__.x is 1"), {})).toBe("unsure");
  });

  it.each([
    "Refunds must be small",
    "Approve always",
    "Approve when amount is at most a lot",
    "Approve when the amount is fine",
    "Deny when ",
    "Approve when country is one of US,,DE",
  ])("says what it does not understand about %j", (sentence) => {
    const parsed = parseRule(sentence);
    expect(parsed).toMatchObject({ ok: false });
    if (!parsed.ok) expect(parsed.problem).toMatch(/[.…]$/);
  });

  it("never throws, whatever is written", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        for (const sentence of [text, `Approve when ${text}`, `Deny when amount is ${text}`])
          expect(parseRule(sentence)).toHaveProperty("ok");
      }),
    );
  });
});
