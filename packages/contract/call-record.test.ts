import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CallRecord, compared } from "./call-record.ts";
import { hashIntent, hashToolArgs } from "./canonical-json.ts";
import type { JsonObject } from "./json.ts";

function rowOf(tool_args: JsonObject, agent_id = "agent", session_id = "s", tool_name = "pay") {
  return {
    status: "pending_review" as const,
    tool_name,
    tool_args: tool_args as unknown,
    tool_args_hash: hashToolArgs(tool_args),
    intent_hash: hashIntent({ agent_id, session_id, tool_name, tool_args }),
    agent_id,
    session_id,
    consumed_at: null as Date | null,
    redacted_at: null as Date | null,
  };
}
const row = rowOf({ amount: 1 });
const now = new Date();
const emptied = { ...rowOf({}), tool_args_hash: "", redacted_at: now };
const deep = JSON.parse(`${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`);

describe("a stored call against its own hashes", () => {
  it.each<[string, Parameters<typeof compared>[0], CallRecord]>([
    ["as it arrived", row, "intact"],
    ["other arguments", { ...row, tool_args: { amount: 2 } }, "mismatched"],
    ["another argument beside", { ...row, tool_args: { amount: 1, to: "me" } }, "mismatched"],
    [
      "other arguments and their hash",
      { ...row, tool_args: { amount: 2 }, tool_args_hash: hashToolArgs({ amount: 2 }) },
      "mismatched",
    ],
    ["another hash", { ...row, tool_args_hash: hashToolArgs({ amount: 2 }) }, "mismatched"],
    ["another tool", { ...row, tool_name: "wire" }, "mismatched"],
    ["another agent", { ...row, agent_id: "other" }, "mismatched"],
    ["another session", { ...row, session_id: "other" }, "mismatched"],
    ["a list", { ...row, tool_args: [] }, "mismatched"],
    ["nothing", { ...row, tool_args: null }, "mismatched"],
    ["a number beyond all bounds", { ...row, tool_args: { amount: Number.POSITIVE_INFINITY } }, "mismatched"],
    ["nesting beyond the stack", { ...row, tool_args: deep }, "mismatched"],
    ["redacted once denied", { ...emptied, status: "denied" }, "redacted"],
    ["redacted once used", { ...emptied, status: "approved", consumed_at: now }, "redacted"],
    ["emptied while it waits", emptied, "mismatched"],
    ["emptied while it may be used", { ...emptied, status: "approved" }, "mismatched"],
    ["called redacted, and not emptied", { ...row, status: "denied", redacted_at: now }, "mismatched"],
    ["emptied without a word", { ...emptied, status: "denied", redacted_at: null }, "mismatched"],
  ])("%s", (_, stored, record) => {
    const found = compared(stored);
    expect(found.record).toBe(record);
    expect(found.tool_args).toEqual(record === "intact" ? stored.tool_args : {});
  });

  it("agrees with the hashes that are made when a request arrives, whatever it holds", () => {
    const args = fc.dictionary(fc.string(), fc.jsonValue({ noUnicodeString: false } as never)) as fc.Arbitrary<JsonObject>;
    fc.assert(
      fc.property(args, fc.string(), fc.string(), fc.string({ unit: "binary" }), (given, agent, session, tool) => {
        // As it is read back from where it was stored.
        const stored = JSON.parse(JSON.stringify(given));
        expect(compared({ ...rowOf(given, agent, session, tool), tool_args: stored }).record).toBe("intact");
      }),
    );
  });
});
