import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { targets } from "./targets.ts";

// A little of what `node fuzz/run.ts` does for hours, and everything that it ever found.
describe.each(targets)("$name", ({ name, input, check }) => {
  it("is read, or refused in its own words", async () => {
    await fc.assert(
      fc.asyncProperty(input, async (value) => check(value as never)),
      { numRuns: 300 },
    ); // each target's own input
  });

  const file = new URL(`corpus/${name.replaceAll(/\W+/g, "-")}.json`, import.meta.url);
  const corpus: unknown[] = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
  it.runIf(corpus.length > 0)("has nothing of what was found before", async () => {
    for (const value of corpus) await expect(Promise.resolve(check(value as never))).resolves.toBeUndefined();
  });
});
