import { toolMapping } from "@ledgix/contract/tool";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findConflicts } from "./conflicts.ts";
import { parseRule } from "./parse.ts";
import { ruleOf, ruleSet, settle } from "./settle.ts";

const read = (sentence: string) => {
  const parsed = parseRule(sentence);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.rule;
};

describe("what rules do to each other", () => {
  it.each([
    [["Refunds up to 100 USD may be approved", "Never refund over 50 USD"], [{ kind: "overlap", rule: 0, by: 1 }]],
    [["Refunds up to 100 USD may be approved", "Never refund over 100 USD"], []],
    [["Refunds up to 100 USD may be approved", "Never refund over 50 EUR"], []],
    [["Refunds up to 100 USD may be approved", "Payments must be denied"], []],
    [["Refunds up to 100 USD may be approved", "Refunds need a person"], [{ kind: "shadowed", rule: 0, by: 1 }]],
    [["Refunds up to 50 USD may be approved", "Refunds up to 100 USD may be approved"], [{ kind: "shadowed", rule: 0, by: 1 }]],
    [["Refunds need a person", "Refunds need a person"], [{ kind: "shadowed", rule: 1, by: 0 }]],
    [["Refunds over 10 USD need two reviewers", "Refunds over 5 USD need a person"], []],
    [["Deny when country is KP", "Deny when country is one of KP, IR"], [{ kind: "shadowed", rule: 0, by: 1 }]],
    [["Approve when country is DE", "Deny when country is one of KP, IR"], []],
    [["Approve when country is not KP", "Deny when country is one of KP, IR"], [{ kind: "overlap", rule: 0, by: 1 }]],
  ])("%j", (sentences, findings) => expect(findConflicts(sentences.map(read))).toEqual(findings));

  it("a rule that is called shadowed never has its effect", () => {
    const mapping = toolMapping.parse({ amount: { path: "amount", unit: "minor", currency: { path: "currency" } } });
    const sentence = fc
      .tuple(
        fc.constantFrom("over", "up to", "at least", "under"),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom("USD", "EUR"),
        fc.constantFrom("may be approved", "need a person", "must be denied"),
        fc.constantFrom("", " when country is DE", " when country is not DE", " when country is one of DE, FR"),
      )
      .map(([word, n, currency, effect, tail]) => `Refunds ${word} 0.0${n} ${currency} ${effect}${tail}`);
    fc.assert(
      fc.property(fc.tuple(sentence, sentence), (sentences) => {
        const rules = sentences.map(read);
        const shadowed = findConflicts(rules).filter(({ kind }) => kind === "shadowed");
        const set = ruleSet(sentences.map((text) => ruleOf(parseRule(text), text)));
        for (const { rule, by } of shadowed) {
          for (const currency of ["USD", "EUR"]) {
            for (const country of ["DE", "FR", "IT"]) {
              for (let amount = 0; amount <= 10; amount++) {
                const args = { amount, currency, country };
                const call = {
                  tool_name: "refund",
                  tool_args: args,
                  agent_id: "a",
                  at: new Date(0),
                  rates: {},
                  data_categories: [],
                };
                const settled = settle(set, { ...call, principal: null, destination: null, purpose: null }, mapping);
                if (rules[rule]?.effect !== rules[by]?.effect) expect(settled.effect).not.toBe(rules[rule]?.effect);
                else if (settled.rules.includes(rule)) expect(settled.rules).toContain(by);
              }
            }
          }
        }
      }),
    );
  });
});
