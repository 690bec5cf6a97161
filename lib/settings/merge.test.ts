import type { JsonObject } from "@ledgix/contract/json";
import { compareSettings } from "@ledgix/contract/settings-changes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergeSettings } from "./merge";

const rule = (id: string, approvals = 1) => ({ id, approvals });
const rules = (...list: ({ id: string; approvals: number } | string)[]): JsonObject => ({
  rules: list.map((each) => (typeof each === "string" ? rule(each) : each)),
});

describe("what two people changed at once", () => {
  const kept: [promise: string, base: JsonObject, theirs: JsonObject, mine: JsonObject, merged: JsonObject][] = [
    ["a rule that they added stays", rules("a"), rules("a", "new"), rules("a", "mine"), rules("a", "new", "mine")],
    ["a rule that they deleted stays deleted", rules("a", "b"), rules("b"), rules("a", rule("b", 2)), rules(rule("b", 2))],
    ["a rule that I deleted stays deleted", rules("a", "b"), rules("a", rule("b", 2)), rules("b"), rules(rule("b", 2))],
    [
      "their change of a rule stays under my order",
      rules("a", "b"),
      rules(rule("a", 2), "b"),
      rules("b", "a"),
      rules("b", rule("a", 2)),
    ],
    ["their order stays under my change", rules("a", "b"), rules("b", "a"), rules(rule("a", 2), "b"), rules("b", rule("a", 2))],
    [
      "a rule goes in where it was put",
      rules("a", "b"),
      rules("a", rule("b", 2)),
      rules("a", "x", "b"),
      rules("a", "x", rule("b", 2)),
    ],
    ["a rule goes in before all others", rules("a"), rules("a", "b"), rules("x", "a"), rules("x", "a", "b")],
    ["the same change is one", rules("a"), rules(rule("a", 2)), rules(rule("a", 2)), rules(rule("a", 2))],
    ["single settings are apart", { a: 1, b: 1 }, { a: 2, b: 1 }, { a: 1, b: 2 }, { a: 2, b: 2 }],
    [
      "thresholds of tools are apart",
      { tool_thresholds: { x: 0.1 } },
      { tool_thresholds: { x: 0.1, y: 0.2 } },
      { tool_thresholds: {} },
      { tool_thresholds: { y: 0.2 } },
    ],
    [
      "lines are apart",
      { canned_reasons: ["a", "b"] },
      { canned_reasons: ["b"] },
      { canned_reasons: ["a", "b", "c"] },
      { canned_reasons: ["b", "c"] },
    ],
  ];
  it.each(kept)("%s", (_, base, theirs, mine, merged) => {
    expect(mergeSettings(base, theirs, mine)).toEqual({ merged, clashes: [] });
  });

  const clashing: [promise: string, base: JsonObject, theirs: JsonObject, mine: JsonObject, clashes: object[]][] = [
    ["both changed a rule", rules("a", "b"), rules(rule("a", 2), "b"), rules(rule("a", 3), "b"), [{ part: "rules", item: "a" }]],
    ["I changed what they deleted", rules("a", "b"), rules("b"), rules(rule("a", 2), "b"), [{ part: "rules", item: "a" }]],
    ["I deleted what they changed", rules("a", "b"), rules(rule("a", 2), "b"), rules("b"), [{ part: "rules", item: "a" }]],
    [
      "both put them in another order",
      rules("a", "b", "c"),
      rules("b", "a", "c"),
      rules("a", "c", "b"),
      [{ part: "rules", item: null }],
    ],
    ["both changed one setting", { a: 1 }, { a: 2 }, { a: 3 }, [{ part: "a", item: null }]],
    ["two rules have one id", rules("a", "a"), rules("a"), rules("a", "a", "b"), [{ part: "rules", item: null }]],
  ];
  it.each(clashing)("a clash is named where %s, and mine is laid on top", (_, base, theirs, mine, clashes) => {
    expect(mergeSettings(base, theirs, mine).clashes).toEqual(clashes);
  });

  const content = fc.record({
    rules: fc.uniqueArray(
      fc.record({ id: fc.constantFrom("a", "b", "c", "d", "__proto__"), approvals: fc.integer({ min: 1, max: 2 }) }),
      {
        selector: ({ id }) => id,
      },
    ),
    tool_thresholds: fc.dictionary(fc.constantFrom("x", "y", "constructor"), fc.integer({ min: 1, max: 2 })),
    canned_reasons: fc.uniqueArray(fc.constantFrom("p", "q", "r")),
    deny_uncovered: fc.boolean(),
  });
  // Generated as JSON, whose prototypes do not matter.
  const json = content.map((each): JsonObject => JSON.parse(JSON.stringify(each)));
  const touched = (from: JsonObject, to: JsonObject) =>
    compareSettings(from, to).map(({ part, item, how }) => JSON.stringify([part, item, how]));

  it("nothing that only one of them touched is lost, and nothing comes back", () => {
    fc.assert(
      fc.property(json, json, json, (base, theirs, mine) => {
        const { merged, clashes } = mergeSettings(base, theirs, mine);
        expect(mergeSettings(base, theirs, base).merged).toEqual(theirs);
        expect(mergeSettings(base, base, mine).merged).toEqual(mine);
        if (clashes.length > 0) return;
        const changed = new Set(touched(base, merged).filter((name) => !name.endsWith('"moved"]')));
        const wanted = [...touched(base, theirs), ...touched(base, mine)].filter((name) => !name.endsWith('"moved"]'));
        expect(changed).toEqual(new Set(wanted));
      }),
      { numRuns: 500 },
    );
  });
});
