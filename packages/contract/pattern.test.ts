import { describe, expect, it } from "vitest";
import { notificationSettingsUpdate, routeTrial } from "./notifications.ts";
import { matchesPattern } from "./pattern.ts";
import { reviewSettingsUpdate } from "./settings.ts";

describe("a pattern", () => {
  it.each<[string, string, boolean]>([
    ["pay", "pay", true],
    ["pay", "payout", false],
    ["PAY_*", "pay_out", true],
    ["*", "", true],
    ["", "", true],
    ["*pay", "refund_pay", true],
    ["a*a", "a", false],
    ["ab*ba", "aba", false],
    ["a*b*c", "a-b-b-c", true],
    ["*ab*ab*", "abab", true],
    ["*ab*ab*", "abxa", false],
    ["**pay**", "pay", true],
    ["a.c", "abc", false],
    ["a*c", "a\nb\nc", true],
    ["[a-z]*", "abc", false],
  ])("%s stands for %s: %s", (pattern, name, isOne) => expect(matchesPattern(pattern, name)).toBe(isOne));

  it("never takes longer for its stars, however a name resists", () => {
    // A backtracking matcher would not end before the sun does.
    const name = "a".repeat(256);
    expect(matchesPattern(`${"*a".repeat(120)}*b`, name)).toBe(false);
    expect(matchesPattern("*a*a*a*a*a*b", name.repeat(4_000))).toBe(false);
  });

  it.each([
    ["a review rule", (tools: string[]) => reviewSettingsUpdate.safeParse({ rules: [{ id: "r", name: "r", when: { tools } }] })],
    [
      "an agent of a review rule",
      (agents: string[]) => reviewSettingsUpdate.safeParse({ rules: [{ id: "r", name: "r", when: { agents } }] }),
    ],
    [
      "a route",
      (tools: string[]) =>
        notificationSettingsUpdate.safeParse({ routes: [{ id: "r", name: "r", events: ["review.pending"], when: { tools } }] }),
    ],
    [
      "a route that is tried",
      (tools: string[]) =>
        routeTrial.safeParse({
          route: { id: "r", name: "r", events: ["review.pending"], when: { tools } },
          event: "review.pending",
        }),
    ],
  ])("of %s has ten stars at most, and is told so in words", (_, write) => {
    expect(write(["*a*a*a*a*a*a*a*a*a*a"]).success).toBe(true);
    expect(write(["pay", "*a".repeat(11)]).error?.issues[0]).toMatchObject({
      message: expect.stringContaining("may have 10 stars"),
    });
  });
});
