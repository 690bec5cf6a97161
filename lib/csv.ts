import Papa from "papaparse";

/** Lines of RFC 4180 CSV, with their end. A cell that a spreadsheet would run as a formula is made text; an object is its JSON. */
export function csvLines(rows: readonly (readonly unknown[])[]): string {
  const cells = rows.map((row) =>
    row.map((value) => (typeof value === "object" && value !== null ? JSON.stringify(value) : value)),
  );
  return `${Papa.unparse(cells, { escapeFormulae: true })}\r\n`;
}
