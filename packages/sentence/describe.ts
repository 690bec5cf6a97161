import type { JsonObject, JsonValue } from "@ledgix/contract/json";
import { amountIn, formatMoney } from "./money.ts";
import { fillTemplate, type ToolTemplate } from "./template.ts";

/** What a tool call means, in the words of a person: the verb for the sentence and the noun for the button. */
type Act = { verb: string; noun: string; movesMoney?: true };

const acts: Record<string, Act> = {
  refund: { verb: "refund", noun: "refund", movesMoney: true },
  payout: { verb: "pay out", noun: "payout", movesMoney: true },
  pay: { verb: "pay", noun: "payment", movesMoney: true },
  payment: { verb: "pay", noun: "payment", movesMoney: true },
  charge: { verb: "charge", noun: "charge", movesMoney: true },
  transfer: { verb: "transfer", noun: "transfer", movesMoney: true },
  wire: { verb: "wire", noun: "wire transfer", movesMoney: true },
  delete: { verb: "delete", noun: "deletion" },
  remove: { verb: "remove", noun: "removal" },
  export: { verb: "export", noun: "export" },
  send: { verb: "send", noun: "sending" },
};

const targets = ["customer", "customer_id", "recipient", "payee", "to", "account", "account_id", "email", "user", "user_id"];

export type Sentence = { agent: string; text: string; noun: string };

export type DescribedCall = {
  agent_id: string;
  tool_name: string;
  tool_args: JsonObject;
  /** True where the arguments were destroyed: none are left, which says nothing of what they were. */
  is_redacted?: boolean;
  /** True where what is stored is not what was asked: it is left out. */
  is_mismatched?: boolean;
};

/**
 * "payments-agent wants to refund $1,240.00 to customer cus_123." By the tool's template where it has one that this call can fill,
 * else by what the names of the tool and of its arguments say.
 */
export function describeCall(call: DescribedCall, template?: ToolTemplate): Sentence {
  if (call.is_redacted) {
    return { agent: call.agent_id, text: `asked for ${call.tool_name}; what it said is redacted`, noun: nounOf(call.tool_name) };
  }
  if (call.is_mismatched) {
    const text = `asked for ${call.tool_name}; it does not match its record`;
    return { agent: call.agent_id, text, noun: nounOf(call.tool_name) };
  }
  const filled = template && fillTemplate(template.text, call.tool_args);
  if (filled) return { agent: call.agent_id, text: `wants to ${filled}`, noun: template.noun || "request" };
  return describeByName(call);
}

/** What a call of a tool is called where nobody said it: "refund" for stripe_refund. */
export const nounOf = (toolName: string): string => actOf(toolName)?.noun ?? "request";

function actOf(toolName: string): Act | undefined {
  const words = toolName.toLowerCase().split(/[^a-z]+/);
  return words.map((word) => acts[word]).find((found) => found !== undefined);
}

function describeByName(call: DescribedCall): Sentence {
  const act = actOf(call.tool_name);
  const money = act?.movesMoney ? amountIn(call.tool_args) : null;
  const amount = money && formatMoney(money);
  const target = targetIn(call.tool_args);
  const count = Object.keys(call.tool_args).length;
  if (act && (amount || target)) {
    const object = [act.verb, amount, target && `${amount ? "to " : ""}${target}`].filter(Boolean).join(" ");
    return { agent: call.agent_id, text: `wants to ${object}`, noun: act.noun };
  }
  const args = count === 0 ? "without arguments" : `with ${count} argument${count === 1 ? "" : "s"}`;
  return { agent: call.agent_id, text: `wants to call ${call.tool_name} ${args}`, noun: act?.noun ?? "request" };
}

function targetIn(args: JsonObject): string | null {
  for (const name of targets) {
    const value: JsonValue | undefined = args[name];
    if (typeof value !== "string" || value === "") continue;
    const kind = name.replace(/_id$/, "");
    return kind === "to" || kind === "email" || kind === "recipient" || kind === "payee" ? value : `${kind} ${value}`;
  }
  return null;
}
