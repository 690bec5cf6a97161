import { describe, expect, it } from "vitest";
import { oftenUsedStatements } from "./often-used.ts";

const timesOf = (nameOf: (sql: string) => string | undefined, sql: string, times: number) => {
  let name: string | undefined;
  for (let time = 0; time < times; time++) name = nameOf(sql);
  return name;
};

describe("names of statements", () => {
  it("come with the fiftieth use, one a text, and stay", () => {
    const nameOf = oftenUsedStatements();
    expect(timesOf(nameOf, "select 1", 49)).toBeUndefined();
    const name = nameOf("select 1");
    expect(name).toBeDefined();
    expect(timesOf(nameOf, "select 2", 50)).not.toBe(name);
    expect(nameOf("select 1")).toBe(name);
  });

  it("are 150 at most, whatever texts come how often", () => {
    const nameOf = oftenUsedStatements();
    const names = Array.from({ length: 400 }, (_, i) => timesOf(nameOf, `select ${i}`, 60));
    expect(new Set(names.filter(Boolean)).size).toBe(150);
  });

  it("are not forgotten while texts come that nobody asks again", () => {
    const nameOf = oftenUsedStatements();
    const name = timesOf(nameOf, "select 1", 50);
    for (let i = 0; i < 20_000; i++) nameOf(`select ${i} as other`);
    expect(nameOf("select 1")).toBe(name);
  });
});
