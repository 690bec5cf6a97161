import { getDocumentProxy } from "unpdf";
import { MAX_PAGES, MAX_TEXT, type Reader, Unreadable } from "./document.ts";
import { checked } from "./text.ts";

/** Characters a page, on average, below which a document is taken for pictures of pages. */
const MIN_CHARACTERS_A_PAGE = 16;

/** The upper and the lower part of a page where running heads and page numbers stand. */
const MARGIN = 0.11;

type Piece = { text: string; x: number; y: number; width: number; height: number; isInMargin: boolean };

/** A PDF's text by pdf.js, page after page: lines by their baselines, headings by their size, gaps between columns as table cells. */
export const readPdf: Reader = async (bytes, progress) => {
  if (!Buffer.from(bytes.subarray(-2048)).includes("%%EOF"))
    throw new Unreadable("truncated", "The PDF ends too early: its end mark is missing. Export it again and upload that.");
  const pdf = await getDocumentProxy(bytes, { stopAtErrors: false, verbosity: 0 }).catch(refuse);
  if (pdf.numPages > MAX_PAGES)
    throw new Unreadable("too_complex", `The PDF has ${pdf.numPages} pages; ${MAX_PAGES} are read at most. Split it.`);
  const pages: Piece[][] = [];
  let characters = 0;
  for (let number = 1; number <= pdf.numPages; number++) {
    const page = await pdf.getPage(number).catch(refuse);
    const { items } = await page.getTextContent();
    const { height: pageHeight } = page.getViewport({ scale: 1 });
    const pieces = items.flatMap((item): Piece[] => {
      if (!("str" in item) || item.str.trim() === "") return [];
      const [, , skew = 0, size = 0, x = 0, y = 0] = item.transform as number[]; // pdf.js types it as any[]: six numbers, a matrix
      const isInMargin = y > pageHeight * (1 - MARGIN) || y < pageHeight * MARGIN;
      return [{ text: item.str, x, y, width: item.width, height: Math.hypot(skew, size), isInMargin }];
    });
    page.cleanup();
    characters += pieces.reduce((sum, { text }) => sum + text.length, 0);
    if (characters > MAX_TEXT) throw new Unreadable("too_complex", "The PDF holds more text than a policy may have. Split it.");
    pages.push(pieces);
    progress(number, pdf.numPages);
  }
  if (characters < MIN_CHARACTERS_A_PAGE * pages.length)
    throw new Unreadable(
      "no_text",
      "The PDF holds pictures of pages, no text. Recognise its text (OCR) first, then upload that.",
    );
  return { media_type: "text/markdown", ...join(pages) };
};

function refuse(error: unknown): never {
  const name = error instanceof Error ? error.name : "";
  if (name === "PasswordException")
    throw new Unreadable("encrypted", "The PDF is protected by a password. Save a copy without protection and upload that.");
  throw new Unreadable("truncated", "The PDF is damaged and cannot be read. Export it again and upload that.");
}

function join(pages: Piece[][]): { content: string; pages: number[] } {
  const body = commonHeight(pages);
  const repeated = repeatedLines(pages);
  let content = "";
  const starts: number[] = [];
  for (const pieces of pages) {
    starts.push(content.length);
    const text = pageText(pieces, body, repeated);
    if (text !== "") content += `${text}\n\n`;
  }
  return { content: checked(content), pages: starts };
}

function pageText(pieces: Piece[], body: number, repeated: Set<string>): string {
  const blocks: string[] = [];
  let paragraph: string[] = [];
  let last: Line | null = null;
  const lines = linesOf(pieces);
  const widest = Math.max(0, ...lines.map(({ right }) => right));
  const flush = () => {
    if (paragraph.length > 0) blocks.push(paragraph.join("\n"));
    paragraph = [];
    last = null;
  };
  for (const line of lines) {
    if (line.isInMargin && repeated.has(signature(line.text))) continue;
    const level = line.height >= body * 1.6 ? "# " : line.height >= body * 1.15 && line.text.length <= 120 ? "## " : "";
    const isApart = last !== null && last.y - line.y > Math.max(last.height, line.height) * 1.75;
    if (isApart || level !== "" || line.cells > 1 !== (paragraph.at(-1)?.startsWith("| ") ?? line.cells > 1)) flush();
    if (level !== "") blocks.push(level + line.text);
    else if (line.cells > 1) {
      paragraph.push(`| ${line.text} |`);
      if (paragraph.length === 1) paragraph.push(`|${" --- |".repeat(line.cells)}`);
    } else if (last !== null && runsOn(last, line, widest)) paragraph.push(`${paragraph.pop()} ${line.text}`);
    else paragraph.push(line.text);
    last = line;
  }
  flush();
  return blocks.join("\n\n");
}

/** A line that reaches the right edge goes on in the next one, unless that begins an item of a list. */
function runsOn(last: Line, next: Line, widest: number): boolean {
  return last.cells === 1 && last.right > widest * 0.8 && !/^(?:[•\-–*]|\(?(?:\d+(?:\.\d+)*|[a-z])[.)])\s/i.test(next.text);
}

type Line = { y: number; height: number; right: number; text: string; cells: number; isInMargin: boolean };

/** Pieces on one baseline, from left to right. A gap of three letters or more parts cells. */
function linesOf(pieces: Piece[]): Line[] {
  const rows: Piece[][] = [];
  for (const piece of pieces.toSorted((a, b) => b.y - a.y || a.x - b.x)) {
    const row = rows.at(-1);
    if (row?.[0] && Math.abs(row[0].y - piece.y) < Math.max(2, piece.height * 0.4)) row.push(piece);
    else rows.push([piece]);
  }
  return rows.map((row) => {
    const cells: string[] = [];
    let end = Number.NEGATIVE_INFINITY;
    for (const { text, x, width, height } of row.toSorted((a, b) => a.x - b.x)) {
      const gap = x - end;
      if (cells.length === 0 || gap > height * 1.8) cells.push(text.trim());
      else cells[cells.length - 1] += `${gap > height * 0.15 ? " " : ""}${text.trim()}`;
      end = x + width;
    }
    const isTable =
      cells.length > 1 && cells.length <= 12 && !/^(?:\d+(?:\.\d+)*\.?|[•\-–*]|\(?[a-z0-9]\))$/i.test(cells[0] ?? "");
    return {
      y: row[0]?.y ?? 0,
      right: end,
      isInMargin: row[0]?.isInMargin ?? false,
      height: Math.max(...row.map(({ height }) => height)),
      text: isTable ? cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ") : cells.join(" "),
      cells: isTable ? cells.length : 1,
    };
  });
}

/** The height of most of the text. */
function commonHeight(pages: Piece[][]): number {
  const lengths = new Map<number, number>();
  for (const { text, height } of pages.flat()) {
    const rounded = Math.round(height * 2) / 2;
    lengths.set(rounded, (lengths.get(rounded) ?? 0) + text.length);
  }
  return [...lengths].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? 12;
}

const signature = (line: string) => line.replaceAll(/\d+/g, "#").trim();

/** Lines that stand in the margin of most pages: running heads, page numbers. */
function repeatedLines(pages: Piece[][]): Set<string> {
  const counts = new Map<string, number>();
  for (const pieces of pages) {
    const lines = linesOf(pieces);
    const inMargin = lines.filter(({ isInMargin }) => isInMargin);
    for (const edge of new Set(inMargin.map(({ text }) => signature(text)))) counts.set(edge, (counts.get(edge) ?? 0) + 1);
  }
  return new Set(
    [...counts].filter(([edge, count]) => edge !== "" && pages.length >= 4 && count > pages.length * 0.6).map(([edge]) => edge),
  );
}
