import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chunkDocument } from "./chunk.ts";

const policy = `# Refund policy

Refunds are for duplicate charges.

## Limits

Up to 100 USD without a person.
Above that, a reviewer decides.

## Fraud

Never refund to a card that was not charged.
`;

describe("chunks of a document", () => {
  it("follow its headings", () => {
    expect(chunkDocument(policy).map(({ heading, content }) => [heading, content])).toEqual([
      ["Refund policy", "Refunds are for duplicate charges."],
      ["Limits", "Up to 100 USD without a person.\nAbove that, a reviewer decides."],
      ["Fraud", "Never refund to a card that was not charged."],
    ]);
  });

  it("open at their exact place, in order, and lose no word", () => {
    const line = fc.oneof(
      fc.constantFrom("", "# Title", "## Next", "- item"),
      fc.string({ unit: "grapheme", maxLength: 400 }),
      fc.lorem({ maxCount: 80 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const document = lines.join("\n");
        const chunks = chunkDocument(document);
        let at = 0;
        for (const chunk of chunks) {
          expect(document.slice(chunk.start, chunk.end)).toBe(chunk.content);
          expect(chunk.start).toBeGreaterThanOrEqual(at);
          // What stands between two passages is white space and headings only.
          expect(
            document
              .slice(at, chunk.start)
              .replaceAll(/^#{1,6}[ \t].*$/gm, "")
              .trim(),
          ).toBe("");
          expect(chunk.content.trim()).not.toBe("");
          at = chunk.end;
        }
      }),
    );
  });

  it("keep a table whole, and follow the numbers of clauses", () => {
    const table = `| limit | who |\n| --- | --- |\n${"| 100 USD | a reviewer of the team |\n".repeat(60)}`.trim();
    const chunks = chunkDocument(`4.2 Limits\n\nBelow.\n\n${table}\n\nSection 5 Fraud\n\nNever.`);
    expect(chunks.map(({ heading, content }) => [heading, content])).toEqual([
      ["4.2 Limits", "Below."],
      ["4.2 Limits", table],
      ["Section 5 Fraud", "Never."],
    ]);
  });

  it("stay short enough for the model", () => {
    const chunks = chunkDocument(`${"word ".repeat(2_000)}\n\n${"x".repeat(5_000)}`);
    for (const chunk of chunks) expect(chunk.content.length).toBeLessThanOrEqual(900);
  });
});
