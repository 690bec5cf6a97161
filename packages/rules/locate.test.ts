import { describe, expect, it } from "vitest";
import { locator } from "./locate.ts";

describe("a phrase is found where it stands", () => {
  it.each<[string, string, string | null]>([
    ["Never  refund\n\tover 50 USD.", "refund over 50", "refund\n\tover 50"],
    ["Never refund.", "  Never\nrefund ", "Never refund"],
    ["abababac", "ababac", "ababac"],
    ["a (b) a.b", "a.b", "a.b"],
    ["Never refund.", "never", null],
    ["Never refund.", " ", null],
    ["", "a", null],
    ["  padded ", "padded", "padded"],
  ])("%j: %j", (text, phrase, said) => {
    const place = locator(text).of(phrase);
    expect(place && text.slice(place.start, place.end)).toBe(said);
  });

  it("in one pass, however often it nearly stands there", () => {
    const text = "a ".repeat(200_000);
    const place = locator(text);
    for (let n = 0; n < 20; n++) expect(place.of(`${"a ".repeat(20_000)}b${n}`)).toBeNull();
  });
});
