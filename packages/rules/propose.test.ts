import { describe, expect, it } from "vitest";
import { locateRule, proposeRules } from "./propose.ts";

const document = `# Refunds

1. Refunds up to 100 USD may be
   approved automatically. We value our customers.
2. **Never refund over 5,000 USD.** Refunds to partners must be approved by finance in writing.

- Payments over 10,000 EUR need two reviewers.

| Refunds need a person. | x |
| --- | --- |

The office is open from 9 to 5.
`;

describe("rules that a document proposes", () => {
  const proposals = proposeRules(document);

  it("are the sentences that the language understands, at their exact place", () => {
    expect(proposals.filter(({ parsed }) => parsed.ok).map(({ text }) => text)).toEqual([
      "Refunds up to 100 USD may be approved automatically.",
      "Never refund over 5,000 USD.",
      "Payments over 10,000 EUR need two reviewers.",
    ]);
    for (const { text, start, end } of proposals) {
      expect(document.slice(start, end).replaceAll(/\s+/g, " ").replaceAll("**", "")).toBe(text);
      expect(locateRule(document, text)?.start).toBe(start);
    }
  });

  it("show what only sounds like one, with what is not understood", () => {
    expect(proposals.filter(({ parsed }) => !parsed.ok).map(({ text }) => text)).toEqual([
      "Refunds to partners must be approved by finance in writing.",
    ]);
  });
});
