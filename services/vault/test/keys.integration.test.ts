import { createApiKey } from "@ledgix/contract/api-key";
import { type Stack, startStack, until } from "@ledgix/local/test/stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

let stack: Stack;
let acme: string;
beforeAll(async () => {
  stack = await startStack();
  acme = await stack.addTenant("Acme");
});
afterAll(() => stack.close());

describe("API keys", () => {
  it("of another environment are refused with both environments named", async () => {
    const key = await stack.addKey(acme, { environment: "production" });
    const { status, body } = await key("GET", "/ledger");
    expect([status, body.code]).toEqual([401, "wrong_environment"]);
    expect(body.detail).toContain("production");
    expect(body.detail).toContain("development");
  });

  it.each([
    ["production", "development", 401],
    ["development", "production", 200],
    ["staging", "production", 401],
  ] as const)("work where their row says: one for %s whose text says %s is answered %i", async (row, text, status) => {
    const key = await stack.addKey(acme, { environment: text });
    await stack.controlPlane.run("update public.api_keys set environment = $2 where id = $1", [key.keyId, row]);
    const answer = await key("GET", "/ledger");
    expect(answer.status).toBe(status);
    if (status === 401) expect(answer.body).toMatchObject({ code: "wrong_environment", detail: expect.stringContaining(row) });
  });

  it("that are unknown, mistyped, expired or missing are refused, each with its reason", async () => {
    const unknown = createApiKey("development", crypto.getRandomValues(new Uint8Array(32)));
    const known = await stack.addKey(acme);
    const as = (key: string) => known("GET", "/ledger", undefined, { "x-vault-api-key": key });
    expect((await as(unknown)).body.code).toBe("api_key_invalid");
    expect((await as(`${known.key.slice(0, -1)}_`)).body.detail).toContain("not a whole Ledgix API key");
    const expired = await stack.addKey(acme, { expiresAt: new Date(Date.now() - 1000) });
    expect((await expired("GET", "/ledger")).body.code).toBe("api_key_expired");
    expect((await as("")).body.code).toBe("unauthenticated");
  });

  it("with a scope of a later version go on with those that this one knows", async () => {
    const key = await stack.addKey(acme, { scopes: ["ledger:read"] });
    await stack.controlPlane.run("update public.api_keys set scopes = scopes || '{later:scope}' where id = $1", [key.keyId]);
    expect((await key("GET", "/ledger")).status).toBe(200);
    expect((await key("GET", "/reviews")).body.code).toBe("forbidden");
  });

  it("die soon after they are revoked, and leave a trace of their last use", async () => {
    const key = await stack.addKey(acme);
    expect((await key("GET", "/ledger", undefined, { "user-agent": "payments-worker/1.2" })).status).toBe(200);
    await until(
      () =>
        stack.controlPlane.run(
          "update public.api_keys set name = name where id = $1 and last_used_runtime = 'payments-worker/1.2'",
          [key.keyId],
        ),
      (changed) => changed === 1,
    );
    await stack.controlPlane.run("update public.api_keys set revoked_at = now() where id = $1", [key.keyId]);
    const { body } = await until(
      () => key("GET", "/ledger"),
      ({ status }) => status === 401,
    );
    expect(body.code).toBe("api_key_revoked");
  });

  it("go on through a rotation: the successor sees what the key before asked for, and both are told apart by their runtimes", async () => {
    const old = await stack.addKey(acme, { name: "rotated" });
    const requestId = (await old("POST", "/request-clearance", { tool_name: "pay" }, { "user-agent": "old-worker/1" })).body
      .request_id;
    const successor = await stack.addKey(acme, { name: "rotated" });
    await stack.controlPlane.run("update public.api_keys set family_id = $2 where id = $1", [successor.keyId, old.keyId]);
    const seen = await successor("GET", `/clearance-status/${requestId}`, undefined, { "user-agent": "new-worker/2" });
    expect(seen.status).toBe(200);
    const runtimes = await until(
      () =>
        stack.controlPlane.rows(
          z.object({ key_id: z.string(), runtime: z.string() }),
          "select key_id::text, runtime from public.api_key_uses where key_id in ($1, $2) order by runtime",
          [old.keyId, successor.keyId],
        ),
      (rows) => rows.length === 2,
    );
    expect(runtimes).toEqual([
      { key_id: successor.keyId, runtime: "new-worker/2" },
      { key_id: old.keyId, runtime: "old-worker/1" },
    ]);
  });

  it("that are refused are counted for the tenant that they belong to: by wrong environment, revoked, expired", async () => {
    const [stray, revoked, expired] = [
      await stack.addKey(acme, { environment: "staging" }),
      await stack.addKey(acme),
      await stack.addKey(acme, { expiresAt: new Date(Date.now() - 1000) }),
    ];
    await stack.controlPlane.run("update public.api_keys set revoked_at = now() where id = $1", [revoked.keyId]);
    for (const _ of [1, 2, 3]) await stray("GET", "/ledger", undefined, { "user-agent": "cron/3" });
    await revoked("GET", "/ledger");
    await expired("GET", "/ledger");
    const counted = await until(
      () =>
        stack.controlPlane.rows(
          z.object({ key_id: z.string(), reason: z.string(), called_environment: z.string(), calls: z.coerce.number() }),
          "select key_id::text, reason, called_environment, calls from public.api_key_refusals where key_id = any($1::uuid[]) order by reason desc",
          [[stray.keyId, revoked.keyId, expired.keyId]],
        ),
      (rows) => rows.reduce((sum, row) => sum + row.calls, 0) === 5,
    );
    expect(counted).toEqual([
      { key_id: stray.keyId, reason: "wrong_environment", called_environment: "development", calls: 3 },
      { key_id: revoked.keyId, reason: "revoked", called_environment: "development", calls: 1 },
      { key_id: expired.keyId, reason: "expired", called_environment: "development", calls: 1 },
    ]);
  });

  it("put where they do not belong are refused, each with the right sentence", async () => {
    const { key } = await stack.addKey(acme);
    const admin = await stack.addMember(acme, "admin");
    const asBearer = await fetch(`${stack.vault.url}/ledger`, { headers: { authorization: `Bearer ${key}` } });
    expect((await asBearer.json()).detail).toBe("This is an API key. Send it in X-Vault-API-Key; Authorization is for members.");
    const policy = await admin("POST", "/register-policy", { policy_id: "p", rules: [`Use ${key}`] });
    expect([policy.status, policy.body.detail]).toEqual([422, expect.stringContaining("This holds an API key.")]);
    const view = await admin("POST", "/review-views", { name: key, query: "" });
    expect(view.status).toBe(422);
    expect(JSON.stringify([policy.body, view.body])).not.toContain(key);
  });

  it("never appear in an answer or an error", async () => {
    const key = await stack.addKey(acme);
    for (const path of ["/ledger", "/nowhere", "/reviews", `/clearance-status/${key.key}`]) {
      const answer = await key("GET", path);
      expect(JSON.stringify(answer.body) + JSON.stringify([...answer.headers])).not.toContain(key.key);
    }
  });
});
