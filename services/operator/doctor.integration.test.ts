import { type Caller, type Stack, startStack } from "@ledgix/local/test/stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { examine } from "./doctor.ts";

let stack: Stack;
let clientId: string;
let agent: Caller & { key: string };
beforeAll(async () => {
  stack = await startStack();
  clientId = await stack.addTenant();
  agent = await stack.addKey(clientId);
});
afterAll(() => stack.close());

describe("the doctor", () => {
  const outcomes = async (url: string, key?: string) =>
    Object.fromEntries((await examine(url, key)).map(({ name, outcome }) => [name, outcome]));

  it("finds a wrong address, and what is no Vault", async () => {
    expect(await examine("http://127.0.0.1:9", agent.key)).toMatchObject([{ name: "address", outcome: "failed" }]);
    expect((await examine(await stack.addJudge(), agent.key))[0]?.detail).toContain("is not a Vault");
  });

  it("finds a key that is missing, cut off, unknown, revoked, expired, or of another environment", async () => {
    const url = stack.vault.url;
    expect((await outcomes(url)).key).toBe("skipped");
    const told = async (key: string) => (await examine(url, key)).find(({ name }) => name === "key")?.detail;
    expect(await told(agent.key.slice(0, -1))).toContain("cut off");
    expect(await told((await stack.addKey(clientId, { environment: "production" })).key)).toContain("production environment");
    expect(await told((await stack.addKey(clientId, { expiresAt: new Date(0) })).key)).toContain("expired");
    expect(await told((await stack.addKey(clientId, { scopes: ["ledger:read"] })).key)).toContain("scope clearance");
    const revoked = await stack.addKey(clientId);
    await stack.controlPlane.run("update public.api_keys set revoked_at = now() where id = $1", [revoked.keyId]);
    expect(await told(revoked.key)).toContain("revoked");
  });

  it("finds policies that are missing or came late, and settings that nobody chose", async () => {
    const tenant = await stack.addTenant("Gamma");
    const all = await stack.addKey(tenant, { scopes: ["clearance", "policies:read", "settings:read", "ledger:read"] });
    const admin = await stack.addMember(tenant, "admin");
    const look = () => outcomes(stack.vault.url, all.key);
    expect(await look()).toMatchObject({ key: "ok", policies: "failed", threshold: "warning", notifications: "warning" });
    await all("POST", "/request-clearance", { tool_name: "pay", tool_args: {} });
    await admin("POST", "/register-policy", { policy_id: "p", rules: ["Approve when amount is at most 100."] });
    await admin("PUT", "/review-settings", { minimum_confidence_score: 0.8 });
    expect(await look()).toMatchObject({ policies: "warning", threshold: "ok" });
    expect((await outcomes(stack.vault.url, agent.key)).policies).toBe("skipped");
  });
});
