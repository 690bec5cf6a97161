import { JudgeUnavailable } from "@ledgix/vault/adapters/judge-client";
import type { VaultDependencies } from "@ledgix/vault/dependencies";
import { proofOf } from "@ledgix/vault/test/proof-of";
import { type Refunds, small, startRefunds } from "@ledgix/vault/test/refunds";
import { fixedKeyring } from "@ledgix/vault/tokens/keyring";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Caller, type Stack, until } from "./stack.ts";

let refunds: Refunds;
let stack: Stack;
let agent: Caller;
let reviewer: Caller;
let pause: Refunds["pause"];
beforeAll(async () => {
  refunds = await startRefunds();
  ({ stack, agent, reviewer, pause } = refunds);
});
afterAll(() => refunds.stack.close());

describe("when something is down", () => {
  it("the judge away, slow or wrong pauses the request: never approved, never lost", async () => {
    const judge: VaultDependencies["judge"] = {
      ...stack.deps.judge,
      evaluate: () => Promise.reject(new JudgeUnavailable("away")),
      ingest: () => Promise.reject(new JudgeUnavailable("away")),
    };
    const replica = await stack.addReplica({ judge });
    const { body } = await agent("POST", `${replica.url}/request-clearance`, small);
    expect(body).toMatchObject({ status: "pending_review", reason_code: "judge_unavailable", approved: false, token: null });
  });

  it("the signer away approves nothing, and denials still work and are receipted later", async () => {
    const keys = fixedKeyring({ ...stack.deps.keys.active(), sign: () => Promise.reject(new Error("away")) });
    const replica = await stack.addReplica({ keys });
    const id = await pause();
    const approve = await reviewer("POST", `${replica.url}/reviews/${id}/decision`, { approved: true });
    expect([approve.status, approve.body.code]).toEqual([503, "signer_unavailable"]);
    expect(approve.headers.get("retry-after")).toBe("5");
    expect((await reviewer("POST", `${replica.url}/reviews/${id}/decision`, { approved: false })).status).toBe(200);
    await replica.close();
    const { event } = await proofOf(agent, { request_id: id });
    expect(event.receipt_signature).not.toBe("");
  });

  it("a request that a crash left undecided is decided after the restart", async () => {
    const stuck: VaultDependencies["judge"] = { ...stack.deps.judge, evaluate: () => new Promise(() => {}) };
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

  it("a request that nobody can judge pauses for a human in the end", async () => {
    const stuck: VaultDependencies["judge"] = { ...stack.deps.judge, evaluate: () => new Promise(() => {}) };
    const environment = { VAULT_CLEARANCE_WAIT_MS: "50", VAULT_CLEARANCE_GIVE_UP_SECONDS: "1" };
    const replica = await stack.addReplica({ judge: stuck, environment });
    const accepted = await agent("POST", `${replica.url}/request-clearance`, small);
    expect(accepted.body.status).toBe("processing");
    const { body } = await until(
      () => agent("GET", `/clearance-status/${accepted.body.request_id}`),
      (answer) => answer.body.status !== "processing",
    );
    expect(body).toMatchObject({ status: "pending_review", reason_code: "judge_unavailable", token: null });
    await replica.close();
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
