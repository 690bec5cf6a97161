import type { JsonObject } from "@ledgix/contract/json";
import { notificationRoute, storedNotificationSettings } from "@ledgix/contract/notifications";
import { termsUpdate } from "@ledgix/contract/policy";
import { reviewRule } from "@ledgix/contract/review-rules";
import { reviewContent, tenantSettingsUpdate } from "@ledgix/contract/settings";
import { compareSettings } from "@ledgix/contract/settings-changes";
import { toolMapping } from "@ledgix/contract/tool";
import { describe, expect, it } from "vitest";
import { describeDifference } from "./describe-settings";

const rule = (more: object) => ({ ...reviewRule.parse({ id: "r", name: "Large refunds", ...more }) });
const route = (more: object) => ({ ...notificationRoute.parse({ id: "r", name: "Desk", events: ["review.pending"], ...more }) });
const say = (before: JsonObject, after: JsonObject) =>
  compareSettings(before, after).map((difference) => ({ how: difference.how, ...describeDifference(difference, before, after) }));

describe("a difference reads as a sentence", () => {
  const table: [what: string, before: JsonObject, after: JsonObject, said: object][] = [
    [
      "a rule that asks for two",
      { rules: [rule({})] },
      { rules: [rule({ approvals: 2, reviewers: { roles: ["owner"] } })] },
      {
        title: "Rule “Large refunds”",
        was: "Every tool. Anybody who decides",
        is: "Every tool. Two people: any owner",
      },
    ],
    [
      "a rule that is gone",
      { rules: [rule({})] },
      { rules: [] },
      { how: "removed", is: null, was: "Every tool. Anybody who decides" },
    ],
    [
      "a rule with another name",
      { rules: [rule({})] },
      { rules: [rule({ name: "Huge refunds" })] },
      { title: "Rule “Large refunds”", is: "Rule “Huge refunds”. Every tool. Anybody who decides" },
    ],
    [
      "rules in another order",
      { rules: [rule({}), rule({ id: "s", name: "Wires" })] },
      { rules: [rule({ id: "s", name: "Wires" }), rule({})] },
      { title: "Order of the rules", was: "Large refunds, Wires", is: "Wires, Large refunds" },
    ],
    [
      "a route that is off",
      { routes: [route({})] },
      { routes: [route({ is_enabled: false })] },
      { title: "Route “Desk”", is: "Switched off. A request is paused, to nobody" },
    ],
    [
      "a route whose details differ",
      { routes: [route({ when: { rules: ["a"] } })] },
      { routes: [route({ when: { rules: ["b"] } })] },
      { is: "in its details" },
    ],
    ["a threshold", {}, { minimum_confidence_score: 0.5 }, { title: "Threshold of every tool", was: "0.80", is: "0.50" }],
    [
      "a switch",
      { deny_uncovered: false },
      { deny_uncovered: true },
      { title: "Deny what no policy covers", was: "off", is: "on" },
    ],
    [
      "a setting that this page has no words for",
      { minimum_days: 1 },
      { minimum_days: 7 },
      { title: "Minimum days", was: "1", is: "7" },
    ],
    [
      "quiet hours that end",
      { quiet_hours: { days: [1], from: "20:00", to: "07:00" } },
      { quiet_hours: null },
      { was: "Mon, 20:00 to 07:00", is: "none" },
    ],
    [
      "an amount in another unit",
      { amount: { path: "amount", unit: "major", written: "number", currency: { code: "USD" } } },
      { amount: { path: "amount", unit: "minor", written: "number", currency: { code: "USD" } } },
      { title: "Amount", was: "amount, in whole units of USD", is: "amount, in minor units of USD" },
    ],
  ];
  it.each(table)("%s", (_, before, after, said) => {
    expect(say(before, after)).toMatchObject([said]);
  });

  it("every part of every document has words of its own", () => {
    const schemas = [reviewContent, storedNotificationSettings, tenantSettingsUpdate, termsUpdate, toolMapping];
    for (const part of schemas.flatMap(({ shape }) => Object.keys(shape))) {
      const { title } = describeDifference({ part, item: null, how: "changed" }, {}, { [part]: {} });
      expect([part, title.includes("_"), title === ""]).toEqual([part, false, false]);
    }
  });
});
