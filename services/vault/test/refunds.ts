import { type Caller, type ReplicaOptions, type Stack, startStack } from "@ledgix/local/test/stack";

/** A refund that pauses: the rules below approve up to 100 alone. */
export const refund = {
  tool_name: "stripe_refund",
  tool_args: { amount: 1240, currency: "usd", customer: "cus_123" },
  agent_id: "payments-agent",
};
/** One that they approve. */
export const small = { ...refund, tool_args: { ...refund.tool_args, amount: 45 } };

const rules = [
  "Approve when amount is at most 100 and currency is usd.",
  "Pause when amount is over 100.",
  "Deny when amount is over 5,000.",
];

export type Refunds = {
  stack: Stack;
  clientId: string;
  agent: Caller;
  owner: Caller;
  reviewer: Caller;
  /** Asks for the refund that pauses. @returns its id */
  pause: () => Promise<string>;
};

/** A tenant that guards refunds: an application, an owner, a reviewer, and a policy of three rules. */
export async function startRefunds(options: ReplicaOptions = {}): Promise<Refunds> {
  const stack = await startStack(options);
  const clientId = await stack.addTenant();
  const agent = await stack.addKey(clientId, { name: "payments-worker" });
  const owner = await stack.addMember(clientId, "owner");
  const reviewer = await stack.addMember(clientId, "reviewer", "reviewer@example.com");
  const registered = await owner("POST", "/register-policy", {
    policy_id: "refunds",
    description: "Refunds",
    rules,
    tools: ["stripe_refund"],
  });
  if (registered.body.message !== "Version 1 is in force.")
    throw new Error(`The policy was not registered: ${registered.body.message}`);
  const pause = async () => {
    const { body } = await agent("POST", "/request-clearance", refund);
    if (body.status === "processing") await agent("GET", `/clearance-status/${body.request_id}?wait=30`); // a machine at work
    return body.request_id;
  };
  return { stack, clientId, agent, owner, reviewer, pause };
}
