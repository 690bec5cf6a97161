import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import Markdown from "react-markdown";
import remarkGfm from "remark-gfm";
import { describe, expect, it } from "vitest";
import { highlightRange } from "./highlight-range.ts";

const marked = (source: string, quote: string) => {
  const start = source.indexOf(quote);
  const html = renderToStaticMarkup(
    createElement(
      Markdown,
      { remarkPlugins: [remarkGfm], rehypePlugins: [[highlightRange, { start, end: start + quote.length }]] },
      source,
    ),
  );
  return [...html.matchAll(/<mark[^>]*>(.*?)<\/mark>/gs)].map(([, text]) => text).join("|");
};

describe("a citation opens at its place in the rendered document", () => {
  it.each([
    ["# Limits\n\nUp to 100 USD. Never more.", "Never more.", "Never more."],
    ["A **bold** word and more.", "bold** word", "bold| word"],
    ["- one\n- Never refund twice.\n", "Never refund twice.", "Never refund twice."],
    ["| Limit | Who |\n| --- | --- |\n| 100 USD | you |\n", "100 USD", "100 USD"],
    ["Escaped 1\\. and on.", "and on.", "Escaped 1. and on."],
  ])("%j", (source, quote, found) => expect(marked(source, quote)).toBe(found));
});
