import type { JsonObject } from "@ledgix/contract/json";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countPaths, leavesOf, normalized, strangerIn } from "./named.ts";

const name = fc.constantFrom("amount", "Amount", "a", "b_", "", "-", "a.b", "fee", "x".repeat(300));
const { args } = fc.letrec<{ value: JsonObject[string]; args: JsonObject }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, fc.integer(), fc.constant<JsonObject[string]>([{ amount: 1 }]), tie("args")),
  args: fc.dictionary(name, tie("value"), { maxKeys: 4 }),
}));
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("."));

/** Every path spelled out, that of an object too. */
const allPaths = (of: JsonObject, before = ""): [path: string, isLeaf: boolean][] =>
  Object.entries(of).flatMap(([name, inner]): [string, boolean][] => {
    const path = before === "" ? name : `${before}.${name}`;
    const isObject = typeof inner === "object" && inner !== null && !Array.isArray(inner);
    return [[path, !isObject], ...(isObject ? allPaths(inner, path) : [])];
  });

describe("the arguments of a call by their names", () => {
  it("are counted as if every path were spelled out", () => {
    fc.assert(
      fc.property(args, fc.array(path, { maxLength: 4 }), (of, wanted) => {
        const spelled = allPaths(of).map(([path]) => normalized(path));
        const counts = countPaths(of, wanted);
        for (const one of wanted.map(normalized))
          expect(counts.get(one) ?? 0).toBe(spelled.filter((each) => each === one).length);
      }),
    );
  });

  it("are strangers as if every path were spelled out", () => {
    fc.assert(
      fc.property(args, fc.array(path, { maxLength: 4 }), (of, known) => {
        const told = new Set(known.map(normalized));
        const strangers = allPaths(of).filter(
          ([path, isLeaf]) => isLeaf && /amount|fee/i.test(path) && !told.has(normalized(path)),
        );
        expect(strangerIn(of, known) !== null).toBe(strangers.length > 0);
      }),
    );
  });

  it("take work that grows with them, and not with all their paths", () => {
    const of = { ["a".repeat(100_000)]: Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`n${n}`, n])) };
    expect(countPaths(of, ["amount", "a.amount"]).size).toBe(0);
    expect(strangerIn(of, ["amount"])).toBeNull();
    expect(leavesOf(of)).toEqual([]);
  });
});
