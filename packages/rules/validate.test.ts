import { describe, expect, it } from "vitest";
import { toCedar } from "./cedar.ts";
import { parseRule } from "./parse.ts";
import { problemIn, readCedar } from "./validate.ts";

describe("policies in Cedar itself", () => {
  it("stand beside sentences, with review as a forbid that is annotated", () => {
    const read = readCedar(`
      permit (principal, action, resource == Tool::"stripe_refund") when { context.amount.currency == "USD" && context.amount.minor < 5000 };
      @effect("review") @approvals("2") forbid (principal == Agent::"intern", action, resource);
      forbid (principal, action, resource) when { context.text["customer.country"] == "kp" };`);
    expect(read).toMatchObject({
      ok: true,
      rules: [
        { effect: "allow", approvals: 1 },
        { effect: "review", approvals: 2 },
        { effect: "deny", approvals: 1 },
      ],
    });
  });

  it.each([
    ["permit (principal, action, resource) when { context.amout.minor < 5 };", "amout"],
    ['permit (principal, action, resource) when { context.amount.minor < context.text["a"] };', "type"],
    ['permit (principal, action, resource) when { context.number["a"] < 5 };', "type"],
    ["permit (principal, action, resource);", "permits anything"],
    ['@effect("allow") forbid (principal, action, resource);', "A permit allows"],
    ['@effect("review") @approvals("3") forbid (principal, action, resource);', '@approvals says "1" or "2"'],
    ['@approvals("2") forbid (principal, action, resource);', '@approvals says "1" or "2"'],
    ["permit (principal, action, resource) when {", "Cedar cannot read this"],
    ["permit (principal == ?principal, action, resource);", "Templates"],
  ])("refuses %s", (text, why) => {
    expect(readCedar(text)).toMatchObject({ ok: false, problem: expect.stringContaining(why) });
  });

  it.each([
    "Refunds up to 100 USD may be approved automatically, at most 5 an hour per agent.",
    "Payments outside 09:00 to 17:00 Europe/Berlin need a person unless the principal is cfo.",
    "Deny when card is not the same as charge.card and verified is not true and count is over 3",
    "Exports of health data must be denied.",
    "Everything on weekends needs a person.",
    "Refunds to payees other than acme, globex need two reviewers.",
  ])("what %j compiles to passes Cedar's strict validation", (sentence) => {
    const parsed = parseRule(sentence);
    expect(parsed.ok && problemIn(toCedar(parsed.rule, sentence))).toBe(null);
  });
});
