import { quoting, startModelDouble } from "@ledgix/judge/test/model-double";
import { type Caller, type Replica, type Stack, startStack, until } from "@ledgix/local/test/stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { approved, claimsOf, countsOf } from "./minting.ts";

// Each case: an approval, then something that governs the call changes, then a mint. What would not be approved now is not minted.

let stack: Stack;
let model: Awaited<ReturnType<typeof startModelDouble>>;
beforeAll(async () => {
  model = await startModelDouble(quoting("allow"));
  stack = await startStack();
});
afterAll(async () => {
  await stack.close();
  await model.close();
});

async function tenant() {
  const clientId = await stack.addTenant();
  const [owner, agent] = [await stack.addMember(clientId, "owner"), await stack.addKey(clientId)];
  const register = async (policy_id: string, rules: string[], tools: string[] = []) => {
    const { body } = await owner("POST", "/register-policy", { policy_id, rules, tools });
    expect(body.message).not.toContain("not understood");
  };
  return { clientId, owner, agent, register };
}
type Tenant = Awaited<ReturnType<typeof tenant>>;
const mint = (agent: Caller, request: object, original_request_id: string, url = "") =>
  agent("POST", `${url}/mint-token`, { ...request, original_request_id });

const pay = { tool_name: "pay", tool_args: { amount: 10, currency: "USD", card_charged: false } };
const mapping = { amount: { path: "amount", unit: "major", currency: { path: "currency" } } };
const term = { terms: [{ phrase: "card that was not charged", meaning: "card_charged is false" }] };

type Change = (its: Tenant) => Promise<unknown>;
const changes: [string, Change, Change, string][] = [
  [
    "a denial that another policy puts in force",
    ({ register }) => register("p", ["Approve when amount is at most 100."]),
    ({ register }) => register("late", ["Deny when amount is at least 5."]),
    "mint_denied",
  ],
  [
    "a pause that its own policy now asks for",
    ({ register }) => register("p", ["Approve when amount is at most 100."]),
    ({ register }) => register("p", ["Calls when amount is over 5 need a reviewer."]),
    "mint_needs_review",
  ],
  [
    "the only policy's end",
    ({ register }) => register("p", ["Approve when amount is at most 100."]),
    ({ owner }) => owner("POST", "/policies/p/retire", {}),
    "mint_needs_review",
  ],
  [
    "the last mapping's end",
    async ({ owner, register }) => {
      await owner("PUT", "/tools/pay/mapping", mapping);
      await register("p", ["Payments up to 100 USD may be approved automatically."]);
    },
    ({ owner }) => owner("DELETE", "/tools/pay/mapping"),
    "mint_needs_review",
  ],
  [
    "another mapping",
    async ({ owner, register }) => {
      await owner("PUT", "/tools/pay/mapping", { amount: { ...mapping.amount, unit: "minor" } });
      await register("p", ["Payments up to 5 USD may be approved automatically."]);
    },
    ({ owner }) => owner("PUT", "/tools/pay/mapping", mapping),
    "mint_needs_review",
  ],
];

describe("a mint is judged anew by the rules", () => {
  it.each(changes)("after %s", async (_, before, change, code) => {
    const its = await tenant();
    await before(its);
    const { request_id } = await approved(its.agent, pay);
    expect((await mint(its.agent, pay, request_id)).status).toBe(200);
    await change(its);
    const { status, body } = await mint(its.agent, pay, request_id);
    expect([status, body.code]).toEqual([403, code]);
  });

  it("after the last term's end", async () => {
    const { owner, agent, register } = await tenant();
    expect((await owner("PUT", "/policy-terms", term)).status).toBe(200);
    await register("p", ["Approve when amount is at most 100."]);
    await owner("POST", "/register-policy", {
      policy_id: "t",
      tools: ["pay"],
      rules: ["Deny when a card that was not charged and amount is at least 50."],
    });
    const { request_id } = await approved(agent, pay);
    expect((await mint(agent, pay, request_id)).status).toBe(200);
    expect((await owner("PUT", "/policy-terms", { terms: [] })).status).toBe(200);
    const { status, body } = await mint(agent, pay, request_id);
    expect([status, body.code]).toEqual([403, "mint_needs_review"]);
  });

  it("by the hour of the mint, and not of the approval", async () => {
    const { agent, register } = await tenant();
    const hour = new Date().getUTCHours();
    const [from, to] = [hour, (hour + 2) % 24].map((h) => `${String(h).padStart(2, "0")}:00`);
    await register("p", [`Approve when amount is at most 100, between ${from} and ${to}.`]);
    const { request_id } = await approved(agent, pay);
    expect((await mint(agent, pay, request_id)).status).toBe(200);
    const later = await stack.addReplica({ environment: { VAULT_MINT_TTL: "86400" } });
    later.deps.now = () => new Date(Date.now() + 6 * 3_600_000);
    expect((await mint(agent, pay, request_id, later.url)).body.code).toBe("mint_needs_review");
    await later.close();
  });

  it("by what it says of itself, not by what the original said", async () => {
    const { agent, register } = await tenant();
    await register("p", ["Approve when amount is at most 100.", "Deny calls for principal eve@example.com."]);
    await register("q", ["Deny calls to destination evil.example."]);
    const request = { ...pay, human_principal: "ann@example.com", destination_uri: "https://good.example/a" };
    const { request_id } = await approved(agent, request);
    const say = (change: object) => mint(agent, { ...request, ...change }, request_id);
    expect((await say({ human_principal: "eve@example.com" })).body.code).toBe("mint_denied");
    expect((await say({ destination_uri: "https://evil.example/b" })).body.code).toBe("mint_denied");
    // Somebody of whom no rule speaks is judged like a new request, and is who it is in the record.
    const { status, body } = await say({ human_principal: "bob@example.com" });
    expect(status).toBe(200);
    const [event] = (await agent("GET", `/ledger?request_id=${body.request_id}&view=full`)).body.entries;
    expect(event.evidence_chunks[0].type).toBe("clearance.approved");
  });

  it("also against a denial that was put in force between the verdict and the decision", async () => {
    const { clientId, agent, register } = await tenant();
    await register("p", ["Approve when amount is at most 100."]);
    const slow = await stack.addReplica({
      judge: {
        ...stack.deps.judge,
        async evaluate(request) {
          const answer = await stack.deps.judge.evaluate(request);
          if (!request.is_trial) await register("late", ["Deny when amount is at least 5."]);
          return answer;
        },
      },
      environment: { VAULT_CLEARANCE_WAIT_MS: "20000" },
    });
    const { request_id } = await approved(agent, pay, slow.url);
    expect((await mint(agent, pay, request_id)).body.code).toBe("mint_denied");
    expect(await countsOf(stack, clientId)).toMatchObject({ requests: 1, refusals: 1 });
    await slow.close();
  });
});

describe("where the rules are silent", () => {
  let replica: Replica;
  let its: Tenant;
  const gift = { tool_name: "send_gift", tool_args: { to: "partner" } };
  beforeAll(async () => {
    its = await tenant();
    const form = new FormData();
    form.set("file", new File(["# Gifts\n\nGifts to partners are fine.\n"], "gifts.md"));
    form.set("documentName", "Gifts");
    form.set("policyId", "gifts");
    await its.owner("POST", "/admin/upload-policy", form);
    await its.owner("PUT", "/review-settings", { minimum_confidence_score: 0.7 });
    await until(
      () => its.owner("GET", "/policies"),
      ({ body }) => body.policies[0]?.indexing === "ready",
    );
    const environment = { EVAL_MODEL: "openai/double", OPENAI_API_KEY: "unused", EVAL_MODEL_BASE_URL: model.url };
    const url = await stack.addJudge(environment);
    replica = await stack.addReplica({ environment: { VAULT_JUDGE_URL: url, VAULT_CLEARANCE_WAIT_MS: "10000" } });
  });

  it("what a model approved serves without asking it again, until what governs it changes", async () => {
    const original = await approved(its.agent, gift, replica.url);
    expect(original.reason_code).toBe("model_allow");
    model.behave(quoting("deny"));
    const minted = await mint(its.agent, gift, original.request_id, replica.url);
    expect([minted.status, claimsOf(minted.body.token).tool]).toEqual([200, "send_gift"]);
    await its.register("other", ["Deny when color is red."], ["paint"]);
    expect((await mint(its.agent, gift, original.request_id, replica.url)).status).toBe(200);
    await its.register("size", ["Deny when size is large and color is red."], ["send_gift"]);
    const refused = await mint(its.agent, gift, original.request_id, replica.url);
    expect([refused.status, refused.body.code]).toEqual([403, "mint_needs_review"]);
    await its.owner("POST", "/policies/size/retire", {});
    await its.register("tone", ["Approve when the purpose is thanks."], ["send_gift"]);
    const thanked = { ...gift, purpose: "celebration" };
    expect((await mint(its.agent, thanked, original.request_id, replica.url)).body.code).toBe("mint_denied");
    model.behave(quoting("allow"));
    const judged = await mint(its.agent, thanked, original.request_id, replica.url);
    expect(judged.status).toBe(200);
    const status = await its.agent("GET", `/clearance-status/${judged.body.request_id}`);
    expect(status.body).toMatchObject({ status: "approved", reason_code: "model_allow" });
  });
});
