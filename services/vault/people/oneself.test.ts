import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { namesPerson, type Sameness } from "./oneself.ts";

const alpha = { userId: "0b7f2c1e-8a64-4a86-9d0e-3f1b1a2c3d4e", addresses: ["alpha@example.com"] };

const spellings: [written: string, named: Sameness][] = [
  ["alpha@example.com", "yes"],
  ["alpha@example.com ", "yes"],
  ["\talpha@example.com\r\n", "yes"],
  ["ALPHA@Example.COM", "yes"],
  ["Alpha <alpha@example.com>", "yes"],
  ["Alpha<alpha@example.com>", "yes"],
  ["<alpha@example.com>", "yes"],
  ["<alpha@example.com", "yes"],
  ['"Alpha, of Accounts" <alpha@example.com>', "yes"],
  ["mailto:alpha@example.com", "yes"],
  ["MAILTO:alpha@example.com?subject=x", "yes"],
  ["Alpha <mailto:alpha@example.com>", "yes"],
  ["acct:alpha@example.com", "yes"],
  ["user=alpha@example.com", "yes"],
  ["alpha%40example.com", "yes"],
  ["mailto%3Aalpha%2540example.com", "yes"],
  ["%61lpha@example.com", "yes"],
  ["alpha％40example.com", "yes"],
  ["ａｌｐｈａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "yes"],
  ["al\u200bpha@exam\u00adple.com", "yes"],
  ["alpha@example.com.", "yes"],
  ["alpha @ example . com", "yes"],
  ["alpha(the accountant)@example.com", "yes"],
  ["(on behalf of) alpha@(our)example.com", "yes"],
  ["((nested) comment) alpha@example.com", "yes"],
  ["Alpha (alpha@example.com)", "yes"],
  ['"alpha"@example.com', "yes"],
  ['"al\\pha"@example.com', "yes"],
  ["beta@example.com, alpha@example.com", "yes"],
  ["beta@example.com;alpha@example.com", "yes"],
  ["Team: beta@example.com, Alpha <alpha@example.com>;", "yes"],
  ["alpha@example.com <beta@example.com>", "yes"],
  ["beta@example.com alpha@example.com", "yes"],
  ["@relay.example:alpha@example.com", "yes"],
  ['{"email":"alpha@example.com"}', "yes"],
  ["https://people.example/alpha@example.com/profile", "yes"],
  [alpha.userId.toUpperCase(), "yes"],
  [`user:${alpha.userId}`, "yes"],
  ["beta@example.com", "no"],
  ["Beta <beta@example.com>", "no"],
  ["beta@example.com, gamma@example.com", "no"],
  ["alpha@example.org", "no"],
  ["alpha@sub.example.com", "no"],
  ["alpha@example.com.evil.example", "no"],
  ["not-alpha@example.com", "no"],
  ["beta.alpha@example.com", "no"],
  ["müller@example.com", "no"],
  ["", "no"],
  ["  \t", "no"],
  ["alpha+refunds@example.com", "cannot tell"],
  ["al.pha@example.com", "cannot tell"],
  ["alpha", "cannot tell"],
  ["user_4711", "cannot tell"],
  ["Alpha Miller", "cannot tell"],
  ["alpha@localhost", "cannot tell"],
  ["alpha at example dot com", "cannot tell"],
  ["\u0430lpha@example.com", "cannot tell"], // a Cyrillic letter
  ["alpha%example.com@relay.example", "cannot tell"],
  ["\u200b", "cannot tell"],
  ["beta@example.com, and somebody else", "cannot tell"],
];

describe("a human principal", () => {
  it.each(spellings)("%j: alpha@example.com is named: %s", (written, named) => {
    expect(namesPerson(written, alpha)).toBe(named);
  });

  it.each([
    ["anna@xn--bcher-kva.example", "Anna <anna@Bücher.example>"],
    ["anna@bücher.example", "anna@XN--BCHER-KVA.example"],
    ["Müller@example.com", "mu\u0308ller@example.com"],
    ["o'brien@example.com", "O'Brien <o'brien@example.com>"],
    ["alpha+work@example.com", "alpha+work@example.com"],
  ])("%s is who %s says, in either spelling", (address, written) => {
    expect(namesPerson(written, { ...alpha, addresses: [address] })).toBe("yes");
  });

  it("is told by any of a member's addresses", () => {
    expect(namesPerson("old@example.com", { ...alpha, addresses: ["new@example.com", "old@example.com"] })).toBe("yes");
  });

  it("is never somebody else where the member's address stands in it by itself, whatever stands around it", () => {
    const around = fc.string({ maxLength: 60, unit: fc.constantFrom(..." <>()[],;:\"'\t\\/=|&?#!".split("")) });
    fc.assert(
      fc.property(around, around, fc.boolean(), (before, after, isLoud) => {
        const address = isLoud ? "ALPHA@EXAMPLE.COM" : "alpha@example.com";
        expect(namesPerson(before + address + after, alpha)).toBe("yes");
      }),
    );
  });

  it("is read without an error, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 320 }), (written) => {
        expect(["yes", "no", "cannot tell"]).toContain(namesPerson(written, alpha));
      }),
    );
  });
});
