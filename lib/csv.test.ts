import { expect, it } from "vitest";
import { csvLine } from "./csv";

it("a cell that a spreadsheet would run is text, a number stays one", () => {
  expect(csvLine(["=HYPERLINK(1)", "+1", "-2", -3.5, "@x", "\tx", 'say "hi"', "a,b", "two\nlines", null, { a: 1 }])).toBe(
    `'=HYPERLINK(1),'+1,-2,-3.5,'@x,'\tx,"say ""hi""","a,b","two\nlines",,"{""a"":1}"\r\n`,
  );
});
