import Papa from "papaparse";
import { type Reader, Unreadable } from "./document.ts";
import { checked, decode } from "./text.ts";

const MAX_COLUMNS = 200;

/** A CSV file as one Markdown table, so that it reads like the rest. */
export const readCsv: Reader = async (bytes) => {
  const { data, errors } = Papa.parse<string[]>(decode(bytes).trim(), { skipEmptyLines: "greedy" });
  const broken = errors.find(({ type }) => type === "Quotes");
  if (broken)
    throw new Unreadable("truncated", `Row ${(broken.row ?? 0) + 1}: ${broken.message}. Correct the quotes and upload it again.`);
  const [head = [], ...rows] = data;
  const width = Math.max(0, ...[head, ...rows].slice(0, 1000).map((row) => row.length));
  if (width > MAX_COLUMNS)
    throw new Unreadable("too_complex", `The table has ${width} columns; ${MAX_COLUMNS} are read at most.`);
  const line = (cells: string[]) => `| ${Array.from({ length: width }, (_, i) => cellOf(cells[i] ?? "")).join(" | ")} |`;
  const table = [line(head), `|${" --- |".repeat(width)}`, ...rows.map(line)].join("\n");
  return { content: checked(`${table}\n`), media_type: "text/markdown", pages: [] };
};

const cellOf = (text: string) => text.trim().replaceAll("|", "\\|").replaceAll(/\s+/g, " ");
