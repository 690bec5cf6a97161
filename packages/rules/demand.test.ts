import type { JsonObject, JsonValue } from "@ledgix/contract/json";
import { toolMapping } from "@ledgix/contract/tool";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RuledCall } from "./facts.ts";
import { parseRule } from "./parse.ts";
import { ruleOf, ruleSet, settle, strictestDemand, trace } from "./settle.ts";

const callOf = (tool_args: JsonObject, more: Partial<RuledCall> = {}): RuledCall => ({
  tool_name: "big_pay",
  tool_args,
  agent_id: "agent",
  principal: null,
  destination: null,
  purpose: null,
  data_categories: [],
  at: new Date("2026-11-25T12:00:00Z"),
  rates: {},
  ...more,
});
const setOf = (sentences: readonly string[]) =>
  ruleSet(
    sentences.map((sentence) => ruleOf(parseRule(sentence), sentence)),
    sentences,
  );
const mapped = toolMapping.parse({ amount: { path: "amount", unit: "major", currency: { path: "currency" } } });

const TWO = "Calls of big_pay when amount is over 1000 need two reviewers.";
const ONE = "Calls of big_pay when amount is over 10 need a person.";

describe("the strictest demand of every rule that may apply holds", () => {
  it.each<[why: string, rules: string[], args: JsonObject, approvals: 1 | 2]>([
    ["an amount below", [TWO], { amount: 1000 }, 1],
    ["an amount above", [TWO], { amount: 1001 }, 2],
    ["a text", [TWO], { amount: "50000" }, 2],
    ["a text that would be below", [TWO], { amount: "1" }, 2],
    ["another spelling beside it", [TWO], { amount: 50_000, Amount: 1 }, 2],
    ["the other spelling alone", [TWO], { AMOUNT: 1 }, 2],
    ["too many digits", [TWO], { amount: 50_000.00001 }, 2],
    ["nothing", [TWO], {}, 2],
    ["null", [TWO], { amount: null }, 2],
    ["a list", [TWO], { amount: [1] }, 2],
    ["an object", [TWO], { amount: { value: 1 } }, 2],
    ["a huge number", [TWO], { amount: 1e300 }, 2],
    ["a tiny number", [TWO], { amount: 1e-7 }, 2],
    ["a rule for one that holds beside it", [ONE, TWO], { amount: "50000" }, 2],
    ["a rule for one that holds, and the other surely not", [ONE, TWO], { amount: 11 }, 1],
    ["a rule that denies beside it", [TWO, "Deny when other is over 1."], { amount: "5", other: 2 }, 2],
    ["a rule that is not understood and speaks of two", ["Big payments want two managers"], { amount: 1 }, 2],
    ["a rule that is not understood and speaks of nobody", ["Refunds must be reasonable"], { amount: 1 }, 1],
    ["a rule of another tool", ["Calls of other_pay when amount is over 1000 need two reviewers."], { amount: "x" }, 1],
  ])("%s", (_, rules, args, approvals) => expect(settle(setOf(rules), callOf(args), null).approvals).toBe(approvals));

  it("names the rule, and why it is not sure", () => {
    const settled = settle(setOf([ONE, TWO]), callOf({ amount: "50000" }), null);
    expect(settled.demandedBy).toEqual({ rule: 1, why: ["The argument amount is a text, not a number."] });
    expect(settle(setOf([ONE, TWO]), callOf({ amount: 1001 }), null).demandedBy).toEqual({ rule: 1, why: null });
    expect(strictestDemand(setOf([ONE, TWO]))).toMatchObject({ approvals: 2, demandedBy: { rule: 1 } });
    expect(strictestDemand(setOf([ONE])).approvals).toBe(1);
  });

  const sentence = fc
    .tuple(
      fc.constantFrom("Calls of big_pay", "Payments", "Everything", "Transfers", "Calls of other"),
      fc.constantFrom(
        " when amount is over 100",
        " over 100 USD",
        " when note is x",
        " when verified is true",
        " after 3 an hour per agent",
        " for principal cfo@acme.example",
        " of health data",
        " gibberish of the sort",
        "",
      ),
      fc.constantFrom("need two reviewers", "need a person", "may be approved", "must be denied"),
    )
    .map(([subject, when, says]) => `${subject}${when} ${says}.`);
  const value: fc.Arbitrary<JsonValue> = fc.oneof(
    fc.constantFrom<JsonValue>(null, true, "x", "50000", [1], { a: 1 }, 99, 101, 1e300, "\u0000", "\ud800"),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string(),
  );
  const args = fc.dictionary(fc.constantFrom("amount", "Amount", "currency", "note", "verified", "__proto__", "x"), value);
  const call = fc.record({
    args,
    tool: fc.oneof(fc.constantFrom("big_pay", "pay", "wire", "bіg_pay"), fc.string({ minLength: 1 })),
    agent: fc.oneof(fc.constant("agent"), fc.string({ unit: "binary" }), fc.constant("\ud800\u0000")),
    principal: fc.option(fc.constantFrom("cfo@acme.example", "x\u200b")),
    categories: fc.subarray(["health", "Health\u0000", "other"]),
    counted: fc.boolean(),
    isMapped: fc.boolean(),
  });

  it("whatever the rules, whatever the call, and it never throws", () => {
    fc.assert(
      fc.property(fc.array(sentence, { maxLength: 6 }), call, (sentences, given) => {
        const set = setOf(sentences);
        const ruled = callOf(given.args, {
          tool_name: given.tool,
          agent_id: given.agent,
          principal: given.principal,
          data_categories: given.categories,
          rates: given.counted ? { "hour/agent": 3 } : {},
        });
        const mapping = given.isMapped ? mapped : null;
        const settled = settle(set, ruled, mapping);
        for (const [i, holds] of trace(set, ruled, mapping).entries()) {
          if (holds !== "no") expect(settled.approvals, sentences[i]).toBeGreaterThanOrEqual(set.people[i] ?? 2);
        }
        expect(settled.approvals).toBeLessThanOrEqual(strictestDemand(set).approvals);
        expect(settled.approvals === 2).toBe(settled.demandedBy !== null);
      }),
      { numRuns: 500 },
    );
  });
});
