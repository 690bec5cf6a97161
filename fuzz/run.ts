import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { targets } from "./targets.ts";

// `node fuzz/run.ts [minutes] [target]`: throws at each parser in turn, or at one, for so long, and keeps what it finds in fuzz/corpus/, where
// fuzz.test.ts tries it again for ever.

const minutes = Number(process.argv[2] ?? 1);
const wanted = targets.filter(({ name }) => name === (process.argv[3] ?? name));
const end = Date.now() + minutes * 60_000;
const tried = new Map<string, number>();
let findings = 0;

while (Date.now() < end) {
  for (const { name, input, check } of wanted) {
    const result = await fc.check(
      fc.asyncProperty(input, async (value) => check(value as never)),
      { numRuns: 2_000 },
    ); // each target's own input
    tried.set(name, (tried.get(name) ?? 0) + result.numRuns);
    if (!result.failed) continue;
    findings += 1;
    const [value] = result.counterexample ?? [];
    const file = new URL(`corpus/${name.replaceAll(/\W+/g, "-")}.json`, import.meta.url);
    writeFileSync(file, `${JSON.stringify([...known(file), value], null, 2)}\n`);
    console.error(`${name}: ${JSON.stringify(value)}\n${String(result.errorInstance)}`);
  }
}
console.log(JSON.stringify({ minutes, findings, tried: Object.fromEntries(tried) }, null, 2));
process.exit(findings === 0 ? 0 : 1);

function known(file: URL): unknown[] {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return [];
  }
}
