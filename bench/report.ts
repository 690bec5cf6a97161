import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { basename } from "node:path";

export type Measurement = { what: string; goal: string; ratio: number; unit: string; measured: Record<string, number | string> };

/** Prints a result and keeps it in bench/results/, with the command, the commit and the machine's shape. */
export function report(program: string, measurement: Measurement): void {
  const name = basename(program, ".ts");
  const result = {
    ...measurement,
    command: `node bench/${name}.ts`,
    commit: execFileSync("git", ["rev-parse", "--short", "HEAD"]).toString().trim(),
    machine: { cores: cpus().length, model: cpus()[0]?.model ?? "", node: process.version },
    measured_on: new Date().toISOString().slice(0, 10),
  };
  writeFileSync(new URL(`results/${name}.json`, import.meta.url), `${JSON.stringify(result, null, 2)}\n`);
  console.log(JSON.stringify(result, null, 2));
}

/** The value below which a share of the sorted values lies. */
export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const round = (value: number, digits = 2): number => Number(value.toFixed(digits));
