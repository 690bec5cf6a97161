import type { Caller } from "@ledgix/local/test/stack";
import { createLocalJWKSet, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Refunds, refund, small, startRefunds } from "./refunds.ts";

let refunds: Refunds;
let agent: Caller;
let owner: Caller;
let reviewer: Caller;
beforeAll(async () => {
  refunds = await startRefunds();
  ({ agent, owner, reviewer } = refunds);
});
afterAll(() => refunds.stack.close());

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
