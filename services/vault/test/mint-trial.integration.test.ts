import type { EvaluateAnswer, EvaluateRequest } from "@ledgix/contract/judge";
import { type Caller, type Replica, type Stack, startStack } from "@ledgix/local/test/stack";
import { JudgeUnavailable } from "@ledgix/vault/adapters/judge-client";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { approved, claimsOf, countsOf } from "./minting.ts";

// Where the original may not serve, the call is judged like a new request, and leaves no trace of a case where it is not approved at once.

let stack: Stack;
let clientId: string;
let agent: Caller;
let owner: Caller;
const pay = { tool_name: "pay", tool_args: { amount: 10 } };
const send = { tool_name: "send", tool_args: { amount: 10 } };

beforeAll(async () => {
  stack = await startStack();
});
beforeEach(async () => {
  clientId = await stack.addTenant();
  [owner, agent] = [await stack.addMember(clientId, "owner"), await stack.addKey(clientId)];
  await register("p", ["Approve when amount is at most 100."], ["pay"]);
  await register("rate", ["Approve when amount is at most 100, at most 3 an hour."], ["send"]);
});
afterAll(() => stack.close());

const register = (policy_id: string, rules: string[], tools: string[] = []) =>
  owner("POST", "/register-policy", { policy_id, rules, tools });
const mint = (request: object, original_request_id: string, url = "", headers = {}) =>
  agent("POST", `${url}/mint-token`, { ...request, original_request_id }, headers);
const eventsOf = async (requestId: string): Promise<string[]> =>
  (await agent("GET", `/ledger?request_id=${requestId}&view=full&limit=100`)).body.entries.map(
    (entry: { evidence_chunks: { type: string }[] }) => entry.evidence_chunks[0]?.type,
  );
const statusOf = async (requestId: string) => (await agent("GET", `/clearance-status/${requestId}`)).body;
/** A Vault whose judge is asked about trials by way of this. */
const replicaWith = (trial: (request: EvaluateRequest) => Promise<EvaluateAnswer>): Promise<Replica> =>
  stack.addReplica({
    judge: {
      ...stack.deps.judge,
      evaluate: (request) => (request.is_trial ? trial(request) : stack.deps.judge.evaluate(request)),
    },
  });

describe("a call whose original may not serve", () => {
  it.each<[string, () => Promise<string>]>([
    [
      "of a policy that changed",
      async () => {
        const { request_id } = await approved(agent, pay);
        await register("p", ["Approve when amount is at most 90."], ["pay"]);
        return request_id;
      },
    ],
    ["that is itself minted", async () => (await mint(pay, (await approved(agent, pay)).request_id)).body.request_id],
    [
      "that a rule counted before it did not count any more",
      async () => {
        await register("p", ["Approve when amount is at most 100, at most 9 an hour."], ["pay"]);
        const { request_id } = await approved(agent, pay);
        await register("p", ["Approve when amount is at most 100."], ["pay"]);
        return request_id;
      },
    ],
    [
      "that was approved too long ago",
      async () => {
        const { request_id } = await approved(agent, pay);
        const database = await stack.tenants.database(clientId);
        await database.run("update clearance_requests set decided_at = now() - interval '2 hours' where request_id = $1", [
          request_id,
        ]);
        return request_id;
      },
    ],
    [
      "that lapsed",
      async () => {
        const { request_id } = await approved(agent, pay);
        const database = await stack.tenants.database(clientId);
        await database.run("update clearance_requests set decided_at = now() - interval '2 days' where request_id = $1", [
          request_id,
        ]);
        expect((await statusOf(request_id)).status).toBe("denied");
        return request_id;
      },
    ],
    [
      "of a time when nobody noted what governed it",
      async () => {
        const { request_id } = await approved(agent, pay);
        const database = await stack.tenants.database(clientId);
        await database.run("update clearance_requests set governing_hash = null where request_id = $1", [request_id]);
        return request_id;
      },
    ],
  ])("%s is approved like a new request", async (_, prepare) => {
    const original = await prepare();
    const { status, body } = await mint(pay, original);
    expect([status, claimsOf(body.token)]).toMatchObject([200, { jti: body.request_id, tool: "pay" }]);
    expect(await eventsOf(body.request_id)).toEqual(["clearance.approved"]);
    expect(await statusOf(body.request_id)).toMatchObject({ status: "approved", reason_code: "rule_allow" });
    expect((await agent("POST", "/consume-token", { token: body.token, tool_args: pay.tool_args })).status).toBe(200);
  });

  it("of a policy that denies or pauses it now is refused, opens no case and tells nobody", async () => {
    const { request_id } = await approved(agent, pay);
    for (const [rule, code] of [
      ["Deny when amount is at least 5.", "mint_denied"],
      ["Calls when amount is over 5 need a reviewer.", "mint_needs_review"],
      ["Approve when color is red.", "mint_needs_review"],
      ["Gibberish that nobody understands.", "mint_needs_review"],
      ["Approve when amount is at most 5.", "mint_needs_review"],
    ] as const) {
      await register("p", [rule], ["pay"]);
      const before = await countsOf(stack, clientId);
      const { status, body } = await mint(pay, request_id, "", { "idempotency-key": crypto.randomUUID() });
      expect([rule, status, body.code]).toEqual([rule, 403, code]);
      expect(await countsOf(stack, clientId)).toEqual({ ...before, refusals: 1 });
    }
    expect((await owner("GET", "/reviews?status=all")).body.reviews).toEqual([]);
  });

  it("below the threshold is refused while the threshold stands", async () => {
    const { request_id } = await approved(agent, pay);
    await owner("PUT", "/review-settings", { tool_thresholds: { pay: 1 } });
    expect((await mint(pay, request_id)).body.code).toBe("mint_needs_review");
    await owner("PUT", "/review-settings", { tool_thresholds: {} });
    expect((await mint(pay, request_id)).status).toBe(200);
  });

  it("that nobody can judge waits for nobody: the caller is told to ask for clearance", async () => {
    const { request_id } = await approved(agent, pay);
    await register("p", ["Approve when amount is at most 90."], ["pay"]);
    const away = await replicaWith(() => Promise.reject(new JudgeUnavailable("away")));
    const { status, body } = await mint(pay, request_id, away.url);
    expect([status, body.code]).toEqual([403, "mint_needs_review"]);
    expect((await mint(pay, request_id)).status).toBe(200);
    await away.close();
  });
});

describe("a rule that counts", () => {
  it("counts a mint when it is approved, and lets no more pass than it says, however many ask at once", async () => {
    const { request_id } = await approved(agent, send);
    const answers = await Promise.all(Array.from({ length: 8 }, () => mint(send, request_id)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 403, 403, 403, 403, 403, 403]);
    expect(await countsOf(stack, clientId)).toMatchObject({ requests: 3, uses: 3, refusals: 1 });
    expect((await agent("POST", "/request-clearance", send)).body.status).toBe("pending_review");
  });

  it("counts nothing that is refused", async () => {
    const { request_id } = await approved(agent, send);
    const unsure = await replicaWith(async (request) => ({
      ...(await stack.deps.judge.evaluate(request)),
      verdict: "review",
      reason_code: "model_review",
    }));
    for (let i = 0; i < 3; i++) expect((await mint(send, request_id, unsure.url)).body.code).toBe("mint_needs_review");
    expect(await countsOf(stack, clientId)).toMatchObject({ requests: 1, uses: 1 });
    await unsure.close();
  });
});

describe("refusals", () => {
  it("are one event a principal and minute, also in a race, and another principal's are its own", async () => {
    const another = await stack.addKey(clientId);
    const originals = [await approved(agent, pay), await approved(another, pay)];
    await register("p", ["Deny when amount is at least 5."], ["pay"]);
    const body = (i: number) => ({ ...pay, original_request_id: originals[i]?.request_id });
    await Promise.all(Array.from({ length: 6 }, () => agent("POST", "/mint-token", body(0))));
    expect((await countsOf(stack, clientId)).refusals).toBe(1);
    await another("POST", "/mint-token", body(1));
    expect((await countsOf(stack, clientId)).refusals).toBe(2);
    const later = await stack.addReplica();
    later.deps.now = () => new Date(Date.now() + 61_000);
    await agent("POST", `${later.url}/mint-token`, body(0));
    await later.close();
    expect((await countsOf(stack, clientId)).refusals).toBe(3);
    const [event] = (await owner("GET", `/ledger?request_id=${originals[0]?.request_id}&view=full`)).body.entries.filter(
      (entry: { approved: boolean }) => !entry.approved,
    );
    expect(event).toMatchObject({
      decision_status: "denied",
      tool_args: pay.tool_args,
      reason: expect.stringContaining("denies"),
    });
  });
});

describe("an answer that may not be minted from", () => {
  it("names no policy version, now and after a restart, while the ledger does", async () => {
    const plain = await approved(agent, pay);
    const counted = await approved(agent, send);
    const minted = await mint(pay, plain.request_id);
    const paused = await agent("POST", "/request-clearance", { ...pay, tool_args: { amount: 500 } });
    expect(paused.body.policy_version_id).toEqual(expect.any(String));
    await owner("POST", `/reviews/${paused.body.request_id}/decision`, { approved: true, review_reason: "fine" });
    expect(counted.policy_version_id).toBeNull();
    expect(plain.policy_version_id).toEqual(expect.any(String));
    const restarted = await stack.addReplica();
    for (const url of ["", restarted.url]) {
      for (const id of [counted.request_id, minted.body.request_id, paused.body.request_id]) {
        const { body } = await agent("GET", `${url}/clearance-status/${id}`);
        expect(body).toMatchObject({ status: "approved", policy_version_id: null });
        const [entry] = (await owner("GET", `/ledger?request_id=${id}&view=full`)).body.entries;
        expect(entry.evidence_chunks[0].policy_version_id).toEqual(expect.any(String));
      }
      const { body } = await agent("GET", `${url}/clearance-status/${plain.request_id}`);
      expect(body.policy_version_id).toBe(plain.policy_version_id);
    }
    await restarted.close();
  });
});
