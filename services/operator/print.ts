import type { Report } from "@ledgix/verifier";

/** Prints rows: JSON, or columns for people. */
export function print(rows: Record<string, unknown>[], isJson: boolean): void {
  endProgress();
  if (isJson) {
    console.log(JSON.stringify(rows, null, 2));
    return;
  }
  const [first] = rows;
  if (first === undefined) {
    console.log("There are none.");
    return;
  }
  const names = Object.keys(first);
  const lines = [names, ...rows.map((row) => names.map((name) => String(row[name] ?? "")))];
  const widths = names.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? "").length)));
  for (const line of lines)
    console.log(
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    );
}

const MARKS = { passed: "✓", failed: "✗", skipped: "–" };

export function printReport(report: Report, isJson: boolean): void {
  endProgress();
  if (isJson) {
    console.log(JSON.stringify(report, null, 2));
    return;
  }
  for (const { name, outcome, detail } of report.checks) console.log(`${MARKS[outcome]} ${name}: ${detail}`);
  console.log(report.isIntact ? "\nIntact." : "\nNOT intact.");
  console.log(`\nNot checked:\n${report.notChecked.map((line) => `  ${line}`).join("\n")}`);
}

/** One line on a terminal that the next one replaces; nothing where nobody watches. */
export function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
}

const endProgress = () => process.stderr.isTTY && process.stderr.write("\r\x1b[K");
