import { type Caller, type Stack, startStack } from "@ledgix/local/test/stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let stack: Stack;
let agent: Caller & { key: string };
let other: Caller;
let owner: Caller;
const action = { tool_name: "pay", tool_args: { amount: 1, customerId: "c_1" }, agent_id: "bot" };

beforeAll(async () => {
  stack = await startStack();
  const clientId = await stack.addTenant();
  agent = await stack.addKey(clientId);
  other = await stack.addKey(await stack.addTenant("Other"));
  owner = await stack.addMember(clientId, "owner");
  await owner("POST", "/register-policy", {
    policy_id: "p",
    rules: ["Approve when amount is at most 100.", "Refunds over 100 USD need a reviewer."],
  });
  await owner("POST", "/register-policy", {
    policy_id: "rate",
    tools: ["send"],
    rules: ["Approve when amount is at most 100, at most 5 an hour."],
  });
});
afterAll(() => stack.close());

const approved = async (call: Caller = agent, request: object = action) => {
  const { body } = await call("POST", "/request-clearance", request);
  expect(body.status).toBe("approved");
  return body;
};
const mint = (original: string, change: object = {}, call: Caller = agent, url = stack.vault.url) =>
  call("POST", `${url}/mint-token`, { ...action, original_request_id: original, policy_id: "", ...change });
const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());

describe("minting", () => {
  it("gives an identical action a request, a jti and an event of its own, whatever the case of the arguments' names", async () => {
    const original = await approved();
    const tool_args = { customer_id: "c_1", amount: 1 };
    const { status, body } = await mint(original.request_id, { tool_args });
    expect([status, body]).toEqual([
      200,
      { token: expect.any(String), request_id: expect.any(String), reason: expect.any(String) },
    ]);
    expect(body.request_id).not.toBe(original.request_id);
    expect(claimsOf(body.token)).toMatchObject({ jti: body.request_id, tool: "pay", decision: "yes", sub: "clearance" });
    const [event] = (await agent("GET", `/ledger?request_id=${body.request_id}&view=full`)).body.entries;
    expect(event).toMatchObject({ decision_status: "approved", tool_args });
    expect(event.evidence_chunks[0].type).toBe("token.minted");
    for (const token of [original.token, body.token]) {
      expect((await agent("POST", "/consume-token", { token })).status).toBe(200);
      expect((await agent("POST", "/consume-token", { token })).status).toBe(409);
    }
  });

  it("is one minting under one Idempotency-Key", async () => {
    const { request_id } = await approved();
    const call = (tool_args: object) =>
      agent("POST", "/mint-token", { ...action, tool_args, original_request_id: request_id }, { "idempotency-key": request_id });
    const first = await call(action.tool_args);
    expect((await call(action.tool_args)).body).toEqual(first.body);
    expect((await call({ amount: 2 })).body.code).toBe("idempotency_key_reuse");
  });

  it.each([
    ["another amount", { tool_args: { amount: 2, customerId: "c_1" } }],
    ["another tool", { tool_name: "refund" }],
    ["another agent", { agent_id: "another" }],
    ["another person", { human_principal: "somebody" }],
    ["another policy", { policy_id: "q" }],
  ])("is refused for %s", async (_, change) => {
    const { request_id } = await approved();
    const { status, body } = await mint(request_id, change);
    expect([status, body.code]).toEqual([403, "mint_mismatch"]);
  });

  it("is refused across tenants, as for a request that is not there", async () => {
    const { request_id } = await approved();
    expect((await mint(request_id, {}, other)).body.code).toBe("mint_unknown");
    expect((await mint(crypto.randomUUID())).body.code).toBe("mint_unknown");
  });

  it("is refused where a rule counts the requests, and for what was minted itself", async () => {
    const counted = await approved(agent, { ...action, tool_name: "send" });
    expect((await mint(counted.request_id, { tool_name: "send" })).body.code).toBe("mint_counted");
    const { request_id } = await approved();
    const minted = await mint(request_id);
    expect((await mint(minted.body.request_id)).body.code).toBe("mint_not_approved");
  });

  it("is refused for what a person approved, after its time, and while a higher threshold stands", async () => {
    const paused = await agent("POST", "/request-clearance", { ...action, tool_args: { amount: 5000 } });
    expect(paused.body.status).toBe("pending_review");
    await owner("POST", `/reviews/${paused.body.request_id}/decision`, { approved: true, review_reason: "fine" });
    const byPerson = await mint(paused.body.request_id, { tool_args: { amount: 5000 } });
    expect(byPerson.body.code).toBe("mint_human_approved");
    const { request_id } = await approved();
    const later = await stack.addReplica({ environment: { VAULT_MINT_TTL: "60" } });
    later.deps.now = () => new Date(Date.now() + 61_000);
    expect((await mint(request_id, {}, agent, later.url)).body.code).toBe("mint_expired");
    await later.close();
    await owner("PUT", "/review-settings", { tool_thresholds: { pay: 1 } });
    expect((await mint(request_id)).body.code).toBe("mint_below_threshold");
    await owner("PUT", "/review-settings", { tool_thresholds: {} });
  });

  it("is refused once a policy has changed since", async () => {
    const { request_id } = await approved();
    await owner("POST", "/register-policy", { policy_id: "late", rules: ["Deny when amount is at least 1000."] });
    expect((await mint(request_id)).body.code).toBe("mint_policy_changed");
  });
});
