import { describe, expect, it } from "vitest";
import { accountName, placeName } from "./attempt-names.ts";
import { describeAttempt, untilTimeClass, waitInWords } from "./attempts.ts";

describe("an account has one name in all its spellings", () => {
  it.each([
    "Mark@Example.com",
    "  mark@example.com ",
    "mark@example.com\n",
    "mark+anything@example.com",
    "mark+a+b@example.com",
    "mar\u212A@example.com", // KELVIN SIGN, which toLowerCase makes a k
    "\uFF4Dark@example.com", // full width
    "ma\u200Brk@example.com", // zero width space
    "\u202Emark@example.com",
    "mark@example.com.",
    "mark@EXAMPLE\u3002com", // ideographic full stop
  ])("%j", (spelling) => expect(accountName(spelling)).toBe("mark@example.com"));

  it.each([
    ["i\u0307n@example.com", "\u0130n@example.com"],
    ["a@b\u00fccher.example", "a@xn--bcher-kva.example"],
    ["r\u00e9@example.com", "re\u0301@example.com"],
  ])("%j is %j", (one, other) => expect(accountName(one)).toBe(accountName(other)));

  it("and different accounts have different names", () => {
    const names = ["a@example.com", "b@example.com", "a@example.org", "no address", ""].map(accountName);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("a place has one name for the addresses that one caller has at will", () => {
  it.each([
    ["127.0.0.1", "this machine"],
    ["127.8.9.1", "this machine"],
    ["::1", "this machine"],
    ["::ffff:127.0.0.1", "this machine"],
    ["::FFFF:7f00:1", "this machine"],
    ["::ffff:203.0.113.9", "203.0.113.9"],
    ["203.0.113.9", "203.0.113.9"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002::", "2001:db8:1:2::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ])("%s is %s", (address, name) => expect(placeName(address)).toBe(name));
});

it("a try has the same buckets in every spelling, and others for another account or place", () => {
  const keys = (account: string, address: string) =>
    describeAttempt("sign_in", { account, address }, (text) => text).buckets.map((bucket) => bucket.key);
  expect(keys(" Mark+x@Example.com", "::ffff:203.0.113.9")).toEqual(keys("mark@example.com", "203.0.113.9"));
  expect(
    keys("other@example.com", "203.0.113.9").filter((key) => keys("mark@example.com", "203.0.113.9").includes(key)),
  ).toHaveLength(1);
  expect(
    keys("mark@example.com", "203.0.113.8").filter((key) => keys("mark@example.com", "203.0.113.9").includes(key)),
  ).toHaveLength(1);
});

it("says how long to wait in words, and answers in whole quarters of a second", () => {
  expect([1, 60, 61, 900, 3601].map(waitInWords)).toEqual(["a minute", "a minute", "2 minutes", "15 minutes", "2 hours"]);
  for (const took of [0, 3, 249, 251, 700.5]) expect((took + untilTimeClass(took)) % 250).toBe(0);
});
