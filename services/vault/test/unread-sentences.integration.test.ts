import type { TracedRule } from "@ledgix/contract/judge";
import { type Caller, clearanceOf, type Stack, startStack } from "@ledgix/local/test/stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

const unread = "Refunds must be reasonable.";
const approves = "Approve when amount is at most 100.";
const denies = "Deny when amount is at least 50.";
const brokenCedar = "permit (principal, action";

type Written = { tools: string[]; rules: string[]; cedar?: string };

async function tenantWith(policies: Written[]): Promise<{ owner: Caller; agent: Caller; clientId: string }> {
  const clientId = await stack.addTenant();
  const [owner, agent] = [await stack.addMember(clientId, "owner"), await stack.addKey(clientId)];
  const database = await stack.tenants.database(clientId);
  for (const [i, { cedar = "", ...policy }] of policies.entries()) {
    await owner("POST", "/register-policy", { policy_id: `p${i}`, ...policy });
    // Vault refuses Cedar that does not parse; a version of an older Vault, or one that was restored, may hold it.
    if (cedar) await database.run("update policy_versions set cedar = $2 where policy_id = $1", [`p${i}`, cedar]);
  }
  return { owner, agent, clientId };
}

const ask = async (agent: Caller, tool_name: string, amount = 10) => {
  const body = await clearanceOf(agent, { tool_name, tool_args: { amount } });
  return [body.status, body.reason_code];
};

const approved = ["approved", "rule_allow"];
const unreadable = ["pending_review", "rule_unreadable"];
const silent = ["pending_review", "no_rule"];
const denied = ["denied", "rule_deny"];

describe.each([
  ["a sentence that is not understood", { rules: [unread] }],
  ["Cedar that does not parse", { rules: [], cedar: brokenCedar }],
] as const)("%s", (_, { rules: [...bad], ...broken }) => {
  const everywhere = { tools: [], rules: bad, ...broken };

  it.each<[promise: string, policies: Written[], calls: [tool: string, amount: number, outcome: string[]][]]>([
    [
      "of a policy that names its tools pauses those, and no other",
      [
        { tools: ["a"], rules: [approves, ...bad], ...broken },
        { tools: ["b"], rules: [approves] },
      ],
      [
        ["a", 10, unreadable],
        ["b", 10, approved],
      ],
    ],
    [
      "of a policy for every tool pauses only tools that no other policy names",
      [everywhere, { tools: ["a"], rules: [approves] }],
      [
        ["a", 10, approved],
        ["b", 10, unreadable],
      ],
    ],
    [
      "of a policy for every tool pauses none where another policy for every tool is understood",
      [everywhere, { tools: [], rules: [approves] }],
      [["a", 10, approved]],
    ],
    ["of two policies for every tool pauses every tool", [everywhere, everywhere], [["a", 10, unreadable]]],
    [
      "is not made up for by a policy for every tool that has no rules",
      [everywhere, { tools: [], rules: [] }],
      [["a", 10, unreadable]],
    ],
    [
      "keeps its own policy from approving tools that it does not pause, and from nothing else",
      [
        { tools: [], rules: [approves, denies, ...bad], ...broken },
        { tools: ["a"], rules: [] },
      ],
      [
        ["a", 10, silent],
        ["a", 60, denied],
        ["b", 10, unreadable],
        ["b", 60, denied],
      ],
    ],
    [
      "pauses a tool that another policy names with a sentence that is not understood either",
      [everywhere, { tools: ["a"], rules: [approves, unread] }],
      [["a", 10, unreadable]],
    ],
  ])("%s", async (_promise, policies, calls) => {
    const { agent } = await tenantWith(policies);
    for (const [tool, amount, outcome] of calls)
      expect([tool, amount, await ask(agent, tool, amount)]).toEqual([tool, amount, outcome]);
  });
});

describe("a policy for every tool with a sentence that is not understood", () => {
  it("is told of as what it is, where it is registered and where a call is tried", async () => {
    const { owner } = await tenantWith([{ tools: ["a"], rules: [approves] }]);
    const { body } = await owner("POST", "/register-policy", { policy_id: "all", rules: [approves, unread], tools: [] });
    expect(body.message).toContain(
      "1 of 2 rules is not understood, so calls of tools that no other policy covers wait for a person.",
    );
    const tried = await owner("POST", "/policy-trial", { call: { tool_name: "a", tool_args: { amount: 10 } } });
    expect(tried.body.answer.verdict).toBe("allow");
    const aside = tried.body.rules.filter(({ policy_id }: TracedRule) => policy_id === "all");
    expect(aside.map(({ text, holds, why }: TracedRule) => [text, holds, why])).toEqual([
      [approves, "no", [expect.stringContaining("approves nothing here")]],
      [unread, "no", [expect.stringContaining("approves nothing here")]],
    ]);
  });
});
