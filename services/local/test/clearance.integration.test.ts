import { JudgeUnavailable } from "@ledgix/vault/adapters/judge-client";
import type { VaultDependencies } from "@ledgix/vault/dependencies";
import { createLocalJWKSet, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Caller, type Stack, startStack, until } from "./stack.ts";

const refund = {
  tool_name: "stripe_refund",
  tool_args: { amount: 1240, currency: "usd", customer: "cus_123" },
  agent_id: "payments-agent",
};
const small = { ...refund, tool_args: { ...refund.tool_args, amount: 45 } };
const rules = [
  "Approve when amount is at most 100 and currency is usd.",
  "Pause when amount is over 100.",
  "Deny when amount is over 5,000.",
];

let stack: Stack;
let clientId: string;
let agent: Caller & { key: string };
let owner: Caller;
let reviewer: Caller;

beforeAll(async () => {
  stack = await startStack();
  clientId = await stack.addTenant();
  agent = await stack.addKey(clientId, { name: "payments-worker" });
  owner = await stack.addMember(clientId, "owner");
  reviewer = await stack.addMember(clientId, "reviewer", "reviewer@example.com");
  const registered = await owner("POST", "/register-policy", {
    policy_id: "refunds",
    description: "Refunds",
    rules,
    tools: ["stripe_refund"],
  });
  expect(registered.body).toEqual({ policy_id: "refunds", status: "registered", message: "Version 1 is in force." });
});
afterAll(() => stack.close());

const pause = async (): Promise<string> => (await agent("POST", "/request-clearance", refund)).body.request_id;

describe("a clearance request", () => {
  it("that a rule allows is approved with a token bound to its arguments", async () => {
    const { status, body } = await agent("POST", "/request-clearance", small);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: "approved",
      decision_status: "approved",
      approved: true,
      requires_manual_review: false,
      confidence: 0.99,
      confidence_bucket: "extra_high",
      minimum_confidence_score: 0.8,
      minimum_confidence_bucket: "high",
      reason_code: "rule_allow",
    });
    const jwks = await agent("GET", "/.well-known/jwks.json");
    const { payload, protectedHeader } = await jwtVerify(body.token, createLocalJWKSet(jwks.body), {
      issuer: "alcv-vault",
      audience: "ledgix-sdk",
      subject: "clearance",
      algorithms: ["EdDSA"],
    });
    expect(protectedHeader).toEqual({ alg: "EdDSA", kid: "vault-key-001", typ: "JWT" });
    expect(payload).toMatchObject({
      jti: body.request_id,
      tool: "stripe_refund",
      agent_id: "payments-agent",
      policy_id: "refunds",
      decision: "yes",
    });
    expect(payload.nbf).toBeUndefined();
    expect(Number(payload.exp) - Number(payload.iat)).toBe(300);
  });

  it("that a rule denies is denied, as an answer and not an error", async () => {
    const { status, body } = await agent("POST", "/request-clearance", {
      ...refund,
      tool_args: { ...refund.tool_args, amount: 9000 },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: "denied",
      decision_status: "denied",
      approved: false,
      token: null,
      reason_code: "rule_deny",
    });
  });

  it("without a policy pauses", async () => {
    const { body } = await agent("POST", "/request-clearance", { tool_name: "delete_account" });
    expect(body).toMatchObject({
      status: "pending_review",
      decision_status: "approved_pending_review",
      requires_manual_review: true,
      approved: false,
    });
    expect(body).toMatchObject({ token: null, reason_code: "no_policy" });
  });

  it("cannot pull in a lenient policy by its hint, nor leave a strict one out", async () => {
    await owner("POST", "/register-policy", {
      policy_id: "lenient",
      rules: ["Approve when amount is at least 0"],
      tools: ["other_tool"],
    });
    const { body } = await agent("POST", "/request-clearance", { ...refund, context: { policy_id: "lenient" } });
    expect(body.status).toBe("pending_review");
  });

  it("is the same request under the same Idempotency-Key, also at once, and another body is refused", async () => {
    const headers = { "idempotency-key": crypto.randomUUID() };
    const answers = await Promise.all(Array.from({ length: 10 }, () => agent("POST", "/request-clearance", refund, headers)));
    expect(new Set(answers.map((answer) => answer.body.request_id)).size).toBe(1);
    const other = await agent("POST", "/request-clearance", small, headers);
    expect([other.status, other.body.code]).toEqual([409, "idempotency_key_reuse"]);
  });

  it.each([
    ["a missing tool_name", { tool_args: {} }, 422, "invalid_body"],
    ["arguments that are no object", { tool_name: "x", tool_args: [1] }, 422, "invalid_body"],
    ["an unsafe integer", '{"tool_name":"x","tool_args":{"a":9007199254740993}}', 422, "number_out_of_range"],
    ["half a surrogate pair", '{"tool_name":"x","tool_args":{"a":"\\ud800"}}', 422, "invalid_string"],
    [
      "nesting beyond 32",
      { tool_name: "x", tool_args: { a: JSON.parse(`${"[".repeat(33)}${"]".repeat(33)}`) } },
      422,
      "invalid_body",
    ],
    ["nesting beyond reason", `{"tool_name":"x","tool_args":${"[".repeat(5000)}`, 422, "too_deep"],
    ["text that is no JSON", "{", 400, "malformed_json"],
    ["a tenant that is not the key's", { ...refund, client_id: crypto.randomUUID() }, 403, "client_mismatch"],
    ["a body beyond a megabyte", { tool_name: "x", tool_args: { a: "x".repeat(1_100_000) } }, 413, "body_too_large"],
    ["a NUL in a name", { tool_name: "x\0y" }, 422, "invalid_body"],
  ])("with %s is refused with its reason", async (_name, body, status, code) => {
    const answer = await agent("POST", "/request-clearance", body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.body).toMatchObject({ title: expect.any(String), detail: expect.any(String), request_id: expect.any(String) });
    expect(answer.headers.get("x-request-id")).toBe(answer.body.request_id);
  });

  it("takes explicit nulls, unknown fields, odd paths and hostile keys", async () => {
    const body =
      '{"tool_name":"odd","tool_args":{"__proto__":{"approved":true},"nul":"a\\u0000b","n":-0},"context":null,"client_id":null,"new":1}';
    const { status, body: answer } = await agent("POST", "//prefix//request-clearance", body);
    expect([status, answer.status]).toEqual([200, "pending_review"]);
    const found = await reviewer("GET", `/reviews/${answer.request_id}`);
    expect(JSON.stringify(found.body.tool_args)).toBe('{"__proto__":{"approved":true},"nul":"a\\u0000b","n":0}');
  });
});

describe("a review", () => {
  it("releases the agent's long poll with a token, which is burned once", async () => {
    const id = await pause();
    const polled = agent("GET", `/clearance-status/${id}?wait=20`);
    const decided = await reviewer("POST", `/reviews/${id}/decision`, {
      approved: true,
      review_reason: "Duplicate charge confirmed.",
    });
    expect(decided.body).toMatchObject({ status: "approved", decided_by: "reviewer@example.com" });
    expect(JSON.stringify(decided.body)).not.toContain("eyJ"); // the token goes to the agent alone
    const { body } = await polled;
    expect(body).toMatchObject({ status: "approved", reason: "Duplicate charge confirmed.", reason_code: "human_approved" });

    const wrong = await agent("POST", "/consume-token", { token: body.token, tool_args: { ...refund.tool_args, amount: 1241 } });
    expect([wrong.status, wrong.body.code]).toEqual([422, "arguments_mismatch"]);
    const tool = await agent("POST", "/consume-token", { token: body.token, tool_name: "wire_transfer" });
    expect([tool.status, tool.body.code]).toEqual([422, "tool_mismatch"]);

    const headers = { "idempotency-key": crypto.randomUUID() };
    const burn = { token: body.token, tool_name: refund.tool_name, tool_args: refund.tool_args };
    const first = await agent("POST", "/consume-token", burn, headers);
    expect(first.body).toMatchObject({ valid: true, claims: { jti: id, decision: "yes" } });
    // A retry of the same call is the same answer; a new call is a replay.
    expect((await agent("POST", "/consume-token", burn, headers)).body).toEqual(first.body);
    const replay = await agent("POST", "/consume-token", burn);
    expect([replay.status, replay.body.code]).toEqual([409, "token_replayed"]);
    expect((await agent("GET", `/clearance-status/${id}`)).body.status).toBe("approved");
  });

  it("a second reviewer cannot overturn a decision, and learns who came first", async () => {
    const id = await pause();
    expect((await reviewer("POST", `/reviews/${id}/decision`, { approved: false })).status).toBe(200);
    expect((await owner("POST", `/reviews/${id}/decision`, { approved: false })).status).toBe(200);
    const late = await owner("POST", `/reviews/${id}/decision`, { approved: true });
    expect(late.body).toMatchObject({
      status: 409,
      code: "already_decided",
      decided_by: "reviewer@example.com",
      decision_status: "denied",
    });
    expect(Date.parse(late.body.decided_at)).not.toBeNaN();
    expect((await agent("GET", `/clearance-status/${id}`)).body).toMatchObject({ status: "denied", token: null });
  });

  it("is decided once, by 50 reviewers at the same moment, half each way", async () => {
    const id = await pause();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => reviewer("POST", `/reviews/${id}/decision`, { approved: i % 2 === 0 })),
    );
    const stands = (await reviewer("GET", `/reviews/${id}`)).body;
    for (const [i, answer] of answers.entries()) {
      const isSame = (i % 2 === 0) === (stands.status === "approved");
      expect(answer.status).toBe(isSame ? 200 : 409);
    }
    expect(stands.timeline.filter((entry: { type: string }) => entry.type.startsWith("review."))).toHaveLength(1);
  });

  it("an API key cannot approve its own request, whatever its scopes, but may cancel it", async () => {
    const bold = await stack.addKey(clientId, { scopes: ["clearance", "reviews:decide"] });
    const own = (await bold("POST", "/request-clearance", refund)).body.request_id;
    const approve = await bold("POST", `/reviews/${own}/decision`, { approved: true });
    expect([approve.status, approve.body.code]).toEqual([403, "own_request"]);
    const plain = await agent("POST", `/reviews/${await pause()}/decision`, { approved: true });
    expect([plain.status, plain.body.code]).toEqual([403, "forbidden"]);
    const id = await pause();
    const cancelled = await agent("POST", `/reviews/${id}/decision`, { approved: false });
    expect(cancelled.body).toMatchObject({ status: "denied", reason_code: "cancelled", token: null });
  });

  it("nobody decides a request that was made on their behalf", async () => {
    const { body } = await agent("POST", "/request-clearance", { ...refund, human_principal: "Reviewer@example.com" });
    const own = await reviewer("POST", `/reviews/${body.request_id}/decision`, { approved: true });
    expect([own.status, own.body.code]).toEqual([403, "own_request"]);
    expect((await owner("POST", `/reviews/${body.request_id}/decision`, { approved: true })).status).toBe(200);
  });

  it("is listed newest first, page by page, and counted", async () => {
    const other = await stack.addTenant("Paging");
    const [key, member] = [await stack.addKey(other), await stack.addMember(other, "reviewer")];
    const ids: string[] = [];
    for (let i = 0; i < 5; i++)
      ids.unshift((await key("POST", "/request-clearance", { tool_name: "t", tool_args: { i } })).body.request_id);
    const first = (await member("GET", "/reviews?limit=3")).body;
    expect(first).toMatchObject({ total_pending: 5, next_cursor: expect.any(String) });
    const second = (await member("GET", `/reviews?limit=3&cursor=${first.next_cursor}`)).body;
    expect([...first.reviews, ...second.reviews].map((review: { request_id: string }) => review.request_id)).toEqual(ids);
    expect(second.next_cursor).toBeNull();
    expect((await member("GET", "/reviews?cursor=nonsense")).body.code).toBe("invalid_parameter");
    await member("POST", `/reviews/${ids[0]}/decision`, { approved: false });
    expect((await member("GET", "/reviews")).body.total_pending).toBe(4);
    expect((await member("GET", "/reviews?q=%25")).body.reviews).toHaveLength(0);
  });

  it("streams what happens, and resumes after the last event that was seen", async () => {
    const stream = await openStream(reviewer);
    const id = await pause();
    const pending = await stream.next((event) => event.request_id === id);
    expect(pending).toMatchObject({ type: "review.pending", status: "pending_review" });
    stream.close();
    await reviewer("POST", `/reviews/${id}/decision`, { approved: false });
    const resumed = await openStream(reviewer, pending.id);
    expect(await resumed.next((event) => event.request_id === id && event.type === "review.decided")).toMatchObject({
      status: "denied",
    });
    resumed.close();
  });
});

describe("when something is down", () => {
  it("the judge away, slow or wrong pauses the request: never approved, never lost", async () => {
    const judge: VaultDependencies["judge"] = {
      evaluate: () => Promise.reject(new JudgeUnavailable("away")),
      ingest: () => Promise.reject(new JudgeUnavailable("away")),
    };
    const replica = await stack.addReplica({ judge });
    const { body } = await agent("POST", `${replica.url}/request-clearance`, small);
    expect(body).toMatchObject({ status: "pending_review", reason_code: "judge_unavailable", approved: false, token: null });
  });

  it("the signer away approves nothing, and denials still work and are receipted later", async () => {
    const signer = { ...stack.deps.signer, sign: () => Promise.reject(new Error("away")) };
    const replica = await stack.addReplica({ signer });
    const id = await pause();
    const approve = await reviewer("POST", `${replica.url}/reviews/${id}/decision`, { approved: true });
    expect([approve.status, approve.body.code]).toEqual([503, "signer_unavailable"]);
    expect(approve.headers.get("retry-after")).toBe("5");
    expect((await reviewer("POST", `${replica.url}/reviews/${id}/decision`, { approved: false })).status).toBe(200);
    await replica.close();
    const bundle = await until(
      () => agent("GET", `/ledger/proof/bundle?request_id=${id}`),
      (answer) => answer.status === 200,
    );
    expect(bundle.body.event.receipt_signature).not.toBe("");
  });

  it("a request that a crash left undecided is decided after the restart", async () => {
    const stuck: VaultDependencies["judge"] = { evaluate: () => new Promise(() => {}), ingest: () => Promise.resolve() };
    const dying = await stack.addReplica({ judge: stuck, environment: { VAULT_CLEARANCE_WAIT_MS: "50" } });
    const accepted = await agent("POST", `${dying.url}/request-clearance`, small);
    expect([accepted.status, accepted.body.status, accepted.body.decision_status]).toEqual([202, "processing", "denied"]);
    // The dying replica is left alone with its message, as a killed one would be; a new one starts.
    await stack.addReplica();
    const { body } = await until(
      () => agent("GET", `/clearance-status/${accepted.body.request_id}`),
      (answer) => answer.body.status !== "processing",
    );
    expect(body.status).toBe("approved");
  });

  it("an expired token is issued again with the same jti, until the approval lapses", async () => {
    const { body } = await agent("POST", "/request-clearance", small);
    let offset = 400_000;
    const later = await stack.addReplica({ environment: { VAULT_APPROVAL_TTL: "3600" } });
    later.deps.now = () => new Date(Date.now() + offset);
    const expired = await agent("POST", `${later.url}/consume-token`, { token: body.token });
    expect([expired.status, expired.body.code]).toEqual([401, "token_expired"]);
    const again = await agent("GET", `${later.url}/clearance-status/${body.request_id}`);
    expect(again.body.token).not.toBe(body.token);
    const jti = (token: string) => JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()).jti;
    expect(jti(again.body.token)).toBe(jti(body.token));
    offset = 4_000_000;
    const lapsed = await agent("GET", `${later.url}/clearance-status/${body.request_id}`);
    expect(lapsed.body).toMatchObject({ status: "denied", reason_code: "approval_lapsed", token: null });
    await later.close();
  });
});

async function openStream(caller: Caller, lastEventId?: string) {
  const abort = new AbortController();
  const response = await caller.stream("/reviews/stream", abort.signal, lastEventId ? { "last-event-id": lastEventId } : {});
  const events: { id: string; type: string; request_id: string; status: string }[] = [];
  const read = (async () => {
    let buffer = "";
    for await (const chunk of response) {
      buffer += Buffer.from(chunk).toString();
      for (let end = buffer.indexOf("\n\n"); end >= 0; end = buffer.indexOf("\n\n")) {
        const block = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        const data = /^data: (.+)$/m.exec(block)?.[1];
        if (data) events.push({ ...JSON.parse(data), id: /^id: (.+)$/m.exec(block)?.[1] ?? "" });
      }
    }
  })().catch(() => {});
  return {
    next: (isWanted: (event: (typeof events)[number]) => boolean) =>
      until(
        async () => events.find(isWanted),
        (event) => event !== undefined,
      ) as Promise<(typeof events)[number]>,
    close: () => {
      abort.abort();
      return read;
    },
  };
}
