import { describe, expect, it } from "vitest";
import { describeCall } from "./describe.ts";

const sentence = (tool_name: string, tool_args: Parameters<typeof describeCall>[0]["tool_args"]) => {
  const { agent, text } = describeCall({ agent_id: "payments-agent", tool_name, tool_args });
  return `${agent} ${text}.`;
};

describe("the sentence that a case opens with", () => {
  it.each([
    [
      "stripe_refund",
      { amount: 1240, currency: "usd", customer: "cus_123" },
      "payments-agent wants to refund $1,240.00 to customer cus_123.",
    ],
    ["refund", { amount_cents: 124050, currency: "EUR" }, "payments-agent wants to refund €1,240.50."],
    ["payout", { amount: 10, currency: "not a currency" }, "payments-agent wants to pay out 10 not a currency."],
    ["delete_account", { user_id: "u_1" }, "payments-agent wants to delete user u_1."],
    ["stripe_refund", {}, "payments-agent wants to call stripe_refund without arguments."],
    ["export_customers", { amount: 88, currency: "usd" }, "payments-agent wants to call export_customers with 2 arguments."],
    ["rotate", { a: 1, b: 2 }, "payments-agent wants to call rotate with 2 arguments."],
  ])("%s %j", (tool, args, expected) => expect(sentence(tool, args)).toBe(expected));
});
