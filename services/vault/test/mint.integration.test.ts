import { hashToolArgs } from "@ledgix/contract/canonical-json";
import { type Caller, type Stack, startStack } from "@ledgix/local/test/stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { approved, claimsOf } from "./minting.ts";

let stack: Stack;
let clientId: string;
let agent: Caller & { key: string };
let other: Caller;
let owner: Caller;
const rules = ["Approve when amount is at most 100.", "Refunds over 100 USD need a reviewer."];
const action = { tool_name: "pay", tool_args: { amount: 1, customerId: "c_1" }, agent_id: "bot", session_id: "s" };

beforeAll(async () => {
  stack = await startStack();
  clientId = await stack.addTenant();
  agent = await stack.addKey(clientId);
  other = await stack.addKey(await stack.addTenant("Other"));
  owner = await stack.addMember(clientId, "owner");
  await owner("POST", "/register-policy", {
    policy_id: "p",
    rules,
  });
});
afterAll(() => stack.close());

const mint = (original: string, change: object = {}, call: Caller = agent, headers = {}) =>
  call("POST", "/mint-token", { ...action, original_request_id: original, policy_id: "", ...change }, headers);
const original = async (change: object = {}) => (await approved(agent, { ...action, ...change })).request_id;

describe("minting", () => {
  it("gives an identical action a request, a jti and an event of its own, whatever the case of the arguments' names", async () => {
    const first = await approved(agent, action);
    const tool_args = { customer_id: "c_1", amount: 1 };
    const { status, body } = await mint(first.request_id, { tool_args });
    expect([status, body]).toEqual([
      200,
      { token: expect.any(String), request_id: expect.any(String), reason: expect.any(String) },
    ]);
    expect(body.request_id).not.toBe(first.request_id);
    expect(claimsOf(body.token)).toMatchObject({ jti: body.request_id, tool: "pay", decision: "yes", sub: "clearance" });
    const [event] = (await agent("GET", `/ledger?request_id=${body.request_id}&view=full`)).body.entries;
    expect(event).toMatchObject({ decision_status: "approved", tool_args });
    expect(event.evidence_chunks[0]).toMatchObject({ type: "token.minted", policy_version_id: first.policy_version_id });
    for (const token of [first.token, body.token]) {
      expect((await agent("POST", "/consume-token", { token })).status).toBe(200);
      expect((await agent("POST", "/consume-token", { token })).status).toBe(409);
    }
  });

  it("binds the arguments as they came in the mint's body", async () => {
    const tool_args = { customer_id: "c_1", amount: 1 };
    const { body } = await mint(await original(), { tool_args });
    expect(claimsOf(body.token).tool_args_hash).toBe(hashToolArgs(tool_args));
    const consumed = await agent("POST", "/consume-token", { token: body.token, tool_args: action.tool_args });
    expect(consumed.body.code).toBe("arguments_mismatch");
    expect((await agent("POST", "/consume-token", { token: body.token, tool_args })).status).toBe(200);
  });

  it.each([
    ["a larger amount beside the approved one", { amount: 1_000_000, Amount: 10 }],
    ["the approved amount twice", { amount: 10, Amount: 10 }],
    ["a collision deep inside", { amount: 10, to: { id: 1, ID: 2 } }],
    ["the amount as a text", { amount: "10" }],
    ["another amount", { amount: 11 }],
    ["no arguments", []],
  ])("signs nothing for %s", async (_, tool_args) => {
    const request_id = await original({ tool_args: { amount: 10 } });
    const { status, body } = await mint(request_id, { tool_args });
    expect([status, body.code, body.token]).toEqual([403, "mint_mismatch", undefined]);
  });

  it.each([
    ["another tool", { tool_name: "refund" }],
    ["another agent", { agent_id: "another" }],
    ["another policy", { policy_id: "q" }],
    ["another version", { policy_version_id: crypto.randomUUID() }],
  ])("is refused for %s", async (_, change) => {
    const { status, body } = await mint(await original(), change);
    expect([status, body.code]).toEqual([403, "mint_mismatch"]);
  });

  const optional =
    "agent_id session_id context human_principal parent_jti destination_uri destination_provider destination_account_ref purpose processing_register_ref dataset_ref data_categories client_id policy_id policy_version_id policy_content_hash".split(
      " ",
    );
  it.each(optional.flatMap((field) => ["", [], null].map((nothing) => [field, JSON.stringify(nothing), nothing] as const)))(
    "takes %s of %s for what was not sent",
    async (field, _, nothing) => {
      const request_id = await original({ purpose: "rent", data_categories: ["pii"], human_principal: "ann@example.com" });
      const { status, body } = await mint(request_id, { [field]: nothing });
      expect([status, claimsOf(body.token)]).toMatchObject([200, { agent_id: "bot", session_id: "s" }]);
      const [event] = (await agent("GET", `/ledger?request_id=${body.request_id}&view=full`)).body.entries;
      expect(event.evidence_chunks[0].type).toBe("token.minted");
    },
  );

  it.each([[""], [[]], [null], [{}], [undefined]])("takes %j for no arguments", async (tool_args) => {
    await owner("POST", "/register-policy", { policy_id: "ping", tools: ["ping"], rules: ["Approve calls of ping."] });
    await owner("POST", "/policies/p/retire", {});
    const request_id = await original({ tool_name: "ping", tool_args: {} });
    expect((await mint(request_id, { tool_name: "ping", tool_args })).status).toBe(200);
    await owner("POST", "/register-policy", { policy_id: "p", rules });
  });

  it.each([{ policy_id: "p" }, { policyId: "p" }, { policy_id: "hinted" }, { policyId: "hinted" }])(
    "takes the original's own hint %j for its policy",
    async (context) => {
      const request_id = await original({ context });
      const [hint] = Object.values(context);
      expect((await mint(request_id, { policy_id: hint })).status).toBe(200);
      expect((await mint(request_id, { policy_id: "q" })).body.code).toBe("mint_mismatch");
    },
  );

  it("says the same of a request that is not there and of somebody else's", async () => {
    const request_id = await original();
    const [strange, unknown] = [await mint(request_id, {}, other), await mint(crypto.randomUUID(), {}, other)];
    expect([strange.status, strange.body.code]).toEqual([403, "mint_unknown"]);
    expect({ ...strange.body, request_id: "" }).toEqual({ ...unknown.body, request_id: "" });
    const sibling = await stack.addKey(clientId);
    expect((await mint(request_id, {}, sibling)).body.code).toBe("mint_unknown");
    expect((await mint(request_id, { client_id: clientId.toUpperCase() })).status).toBe(200);
    expect((await mint(request_id, { client_id: crypto.randomUUID() })).body.code).toBe("client_mismatch");
  });

  it("never makes a second approval of a person's one", async () => {
    const tool_args = { amount: 5000 };
    const paused = await agent("POST", "/request-clearance", { ...action, tool_args });
    expect((await mint(paused.body.request_id, { tool_args })).body.code).toBe("mint_not_approved");
    await owner("POST", `/reviews/${paused.body.request_id}/decision`, { approved: true, review_reason: "fine" });
    expect((await mint(paused.body.request_id, { tool_args })).body.code).toBe("mint_human_approved");
  });
});

describe("one Idempotency-Key", () => {
  it("is one minting, however many ask at once, and its record holds no token", async () => {
    const request_id = await original();
    const key = { "idempotency-key": crypto.randomUUID() };
    const answers = await Promise.all(Array.from({ length: 8 }, () => mint(request_id, {}, agent, key)));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
    expect((await mint(request_id, { tool_args: { amount: 2 } }, agent, key)).body.code).toBe("idempotency_key_reuse");
    const database = await stack.tenants.database(clientId);
    const stored = await database.rows(
      z.object({ answer: z.unknown() }),
      "select answer from idempotency_records where idempotency_key = $1",
      [key["idempotency-key"]],
    );
    expect(stored).toEqual([{ answer: { request_id: answers[0]?.body.request_id } }]);
  });

  it("may be tried again where the mint was refused", async () => {
    const key = { "idempotency-key": crypto.randomUUID() };
    const request_id = await original();
    expect((await mint(crypto.randomUUID(), {}, agent, key)).status).toBe(403);
    expect((await mint(request_id, {}, agent, key)).status).toBe(200);
  });

  it("signs nothing any more once what it minted has lapsed", async () => {
    const key = { "idempotency-key": crypto.randomUUID() };
    const request_id = await original();
    const { body } = await mint(request_id, {}, agent, key);
    const database = await stack.tenants.database(clientId);
    await database.run("update clearance_requests set decided_at = now() - interval '2 days' where request_id = $1", [
      body.request_id,
    ]);
    expect((await agent("GET", `/clearance-status/${body.request_id}`)).body.status).toBe("denied");
    expect((await mint(request_id, {}, agent, key)).body.code).toBe("mint_not_approved");
  });
});
