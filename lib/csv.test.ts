import { expect, it } from "vitest";
import { csvLines } from "./csv";

it("a cell that a spreadsheet would run is text, a number stays one", () => {
  const hostile = ["=HYPERLINK(1)", "+1", "@x", "\tx"];
  for (const cell of hostile) expect(csvLines([[cell]])).toMatch(/^"?'/);
  expect(csvLines([[-3.5, 'say "hi"', "a,b", "two\nlines", null, { a: 1 }]])).toBe(
    `-3.5,"say ""hi""","a,b","two\nlines",,"{""a"":1}"\r\n`,
  );
});
