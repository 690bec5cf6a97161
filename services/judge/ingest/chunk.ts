export type Chunk = { heading: string; content: string; start: number; end: number };

/** UTF-16 units that a passage holds at most: about a paragraph or two, which is what a sentence model was made for. */
const MAX_LENGTH = 900;
/** A table is kept whole while it is not longer than this: its cells mean little without its head. */
const MAX_TABLE_LENGTH = 4_000;

/**
 * Cuts a document into passages along its headings and paragraphs. Offsets are UTF-16 units of the document, and
 * `document.slice(start, end) === content` holds for every passage, so that a citation opens at its place.
 */
export function chunkDocument(document: string): Chunk[] {
  const chunks: Chunk[] = [];
  let heading = "";
  for (const block of blocksOf(document)) {
    const title = titleOf(block.content);
    if (title !== null) {
      heading = title;
      continue;
    }
    for (const piece of splitLong(block.content)) {
      const start = block.start + piece.start;
      const end = start + piece.content.length;
      const last = chunks.at(-1);
      const joined = last && last.heading === heading ? document.slice(last.start, end) : "";
      // Neighbours under one heading are kept together while they fit, unless another heading stands between them.
      if (last && joined !== "" && joined.length <= MAX_LENGTH && !/^#{1,6}\s/m.test(joined)) {
        last.content = joined;
        last.end = end;
      } else chunks.push({ heading, content: piece.content, start, end });
    }
  }
  return chunks;
}

/** What a block is called that is a heading: one of Markdown's, or the head of a numbered clause such as "4.2 Limits". */
function titleOf(block: string): string | null {
  if (block.includes("\n")) return null;
  const marks = /^#{1,6}\s+(?=\S)/.exec(block)?.[0].length;
  if (marks !== undefined) return withoutClosingMarks(block.slice(marks));
  const title = /^((?:\d+(?:\.\d+)*\.?|(?:Section|Article|Clause) \d+\.?)\s+\p{Lu}[^.;:]{1,76})$/u.exec(block);
  return title?.[1] ?? null;
}

/** Markdown lets a heading end as it begins: "# Limits #". Step by step, since an expression would try each of a million marks as the first. */
function withoutClosingMarks(title: string): string {
  let end = title.length;
  while (end > 1 && title[end - 1] === "#") end--;
  return title.slice(0, end).trimEnd() || title.slice(0, 1);
}

/** Runs of lines between empty lines; a heading's line is a block of its own. */
function blocksOf(document: string): { content: string; start: number }[] {
  const blocks: { content: string; start: number }[] = [];
  for (const match of document.matchAll(/^#{1,6}[ \t].*$|(?:^(?!#{1,6}[ \t])[^\n]*\S[^\n]*$\n?)+/gm)) {
    const content = match[0].trimEnd();
    const lead = content.length - content.trimStart().length;
    blocks.push({ content: content.trimStart(), start: match.index + lead });
  }
  return blocks;
}

/** Cuts a block that is too long after a sentence or a line, or at a space where there is neither. */
function splitLong(content: string): { content: string; start: number }[] {
  const pieces: { content: string; start: number }[] = [];
  let start = 0;
  if (content.startsWith("|") && content.length <= MAX_TABLE_LENGTH) return [{ content, start }];
  while (content.length - start > MAX_LENGTH) {
    const window = content.slice(start, start + MAX_LENGTH);
    const cut = Math.max(window.lastIndexOf(". ") + 1, window.lastIndexOf("\n"));
    const end =
      start + (cut > MAX_LENGTH / 3 ? cut : window.lastIndexOf(" ") > 0 ? window.lastIndexOf(" ") : wellFormedEnd(window));
    pieces.push({ content: content.slice(start, end), start });
    start = end;
    while (/\s/.test(content[start] ?? "")) start++;
  }
  if (start < content.length) pieces.push({ content: content.slice(start), start });
  return pieces;
}

/** Does not cut a surrogate pair in two. */
function wellFormedEnd(window: string): number {
  return /[\uD800-\uDBFF]$/.test(window) ? window.length - 1 : window.length;
}
