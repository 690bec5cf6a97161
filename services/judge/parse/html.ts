import TurndownService from "turndown";
import { MAX_TEXT, type Reader, Unreadable } from "./document.ts";
import { checked, decode } from "./text.ts";

/** Elements inside one another at most; a document for people has a few dozen. */
const MAX_DEPTH = 400;

export const readHtml: Reader = async (bytes) => ({ content: markdownOf(decode(bytes)), media_type: "text/markdown", pages: [] });

/** The text of an HTML document as Markdown: headings, lists and tables stay; scripts, styles, forms and hidden parts go. */
export function markdownOf(html: string): string {
  if (html.length > MAX_TEXT) throw new Unreadable("too_complex", "The file holds more text than a policy may have. Split it.");
  if (depthOf(html) > MAX_DEPTH) throw new Unreadable("too_complex", "The document is nested too deeply to be read.");
  const service = new TurndownService({ headingStyle: "atx", bulletListMarker: "-", codeBlockStyle: "fenced", emDelimiter: "*" });
  service.remove(["script", "style", "noscript", "iframe", "object", "form", "head", "title", "template", "svg" as "object"]); // svg is not in its list of names
  service.addRule("hidden", { filter: isHidden, replacement: () => "" });
  service.addRule("link", { filter: "a", replacement: (text) => text });
  service.addRule("image", { filter: "img", replacement: () => "" });
  service.addRule("table", { filter: "table", replacement: (_, node) => `\n\n${tableOf(node as HTMLElement)}\n\n` });
  const text = service.turndown(html).replaceAll(/\n[ \t]*(?:\n[ \t]*)+/g, "\n\n");
  return checked(`${text.trim()}\n`);
}

/** Text that nobody sees is no policy: it is where a poisoned document hides its orders. */
function isHidden(node: HTMLElement): boolean {
  const style = node.getAttribute?.("style") ?? "";
  return (
    node.hasAttribute?.("hidden") ||
    node.getAttribute?.("aria-hidden") === "true" ||
    /display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?!\.)/i.test(style)
  );
}

function tableOf(table: HTMLElement): string {
  const rows = Array.from(table.getElementsByTagName("tr")).map((row) =>
    Array.from(row.childNodes)
      .filter((cell) => /^t[hd]$/i.test(cell.nodeName))
      .map((cell) => (cell.textContent ?? "").trim().replaceAll("|", "\\|").replaceAll(/\s+/g, " ")),
  );
  const width = Math.max(0, ...rows.map((row) => row.length));
  if (width === 0) return "";
  const line = (cells: string[]) => `| ${Array.from({ length: width }, (_, i) => cells[i] ?? "").join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [line(head), `|${" --- |".repeat(width)}`, ...body.map(line)].join("\n");
}

/** How deep elements stand in one another, by counting tags: read before a parser is trusted with it. */
function depthOf(html: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [, closing, name = "", empty] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)(?![a-z0-9])[^<>]*?(\/?)>/gi)) {
    if (empty || /^(?:br|hr|img|input|meta|link|area|base|col|wbr|p|li|td|tr|th)$/i.test(name)) continue;
    depth = closing ? Math.max(0, depth - 1) : depth + 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
