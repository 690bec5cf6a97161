import { createApiKey } from "@ledgix/contract/api-key";
import { type Permission, permissions, type Role, roles, type Scope, scopes } from "@ledgix/contract/permissions";
import { memoryRateLimit } from "@ledgix/vault/adapters/memory-rate-limit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Caller, type Stack, startStack, until } from "./stack.ts";

let stack: Stack;
let acme: string;
let other: string;
beforeAll(async () => {
  stack = await startStack();
  acme = await stack.addTenant("Acme");
  other = await stack.addTenant("Other");
});
afterAll(() => stack.close());

const id = crypto.randomUUID();
const form = () => {
  const data = new FormData();
  data.set("file", new File(["# Policy\n\nText."], "policy.md"));
  data.set("documentName", "Policy");
  return data;
};
const redirect_uri = "http://localhost:3000/callback";
const trial = () => ({ route: { id: "r", name: "r", events: ["review.pending"] }, event: "review.pending" });
/** Every endpoint with the permission that it asks for. A permitted call may still find nothing: 404 is not 403. */
const endpoints: [method: string, path: string, permission: Permission, body?: () => unknown][] = [
  ["POST", "/request-clearance", "clearance:request", () => ({ tool_name: "pay" })],
  ["GET", `/clearance-status/${id}`, "clearance:read"],
  ["POST", "/mint-token", "token:mint", () => ({ tool_name: "pay", original_request_id: id })],
  ["POST", "/consume-token", "token:consume", () => ({ token: "x" })],
  ["GET", "/reviews", "reviews:read"],
  ["GET", `/reviews/${id}`, "reviews:read"],
  ["POST", `/reviews/${id}/decision`, "reviews:decide", () => ({ approved: true })],
  ["POST", "/reviews/decisions", "reviews:decide", () => ({ approved: true, request_ids: [id] })],
  ["PUT", `/reviews/${id}/assignment`, "reviews:collaborate", () => ({ assignee: null })],
  ["POST", `/reviews/${id}/comments`, "reviews:collaborate", () => ({ text: "?" })],
  ["GET", "/review-views", "reviews:read"],
  ["POST", "/review-views", "reviews:collaborate", () => ({ name: "v", query: "" })],
  ["DELETE", `/review-views/${id}`, "reviews:collaborate"],
  ["GET", "/absence", "reviews:read"],
  ["PUT", "/absence", "reviews:collaborate", () => ({ absence: null })],
  ["POST", "/register-policy", "policies:write", () => ({ policy_id: "p" })],
  ["POST", "/admin/upload-policy", "policies:write", form],
  ["GET", "/policies", "policies:read"],
  ["GET", "/policies/p", "policies:read"],
  ["POST", "/policies", "policies:write", () => ({ policy_id: "q", title: "Q", tools: [], rules: [], content: "x" })],
  ["POST", "/policies/p/activate", "policies:write", () => ({ policy_version_id: id })],
  ["POST", "/policies/p/rollback", "policies:write", () => ({ policy_version_id: id })],
  ["POST", "/policies/none/retire", "policies:write"],
  ["GET", "/policies/p/cases", "policies:read"],
  ["POST", "/policies/p/cases", "policies:write", () => ({ name: "c", call: { tool_name: "t" }, expected: "review" })],
  ["DELETE", `/policies/p/cases/${id}`, "policies:write"],
  ["GET", "/policies/p/backtests", "policies:read"],
  ["POST", "/policies/p/backtests", "policies:write", () => ({ policy_version_id: id })],
  ["GET", "/policy-uploads", "policies:read"],
  ["POST", "/policy-trial", "policies:read", () => ({ call: { tool_name: "t" } })],
  ["POST", "/policy-preview", "policies:write", () => ({ rules: ["Pause always"] })],
  ["GET", "/policy-coverage", "policies:read"],
  ["GET", "/policy-embedding", "policies:read"],
  ["GET", "/policy-terms", "policies:read"],
  ["PUT", "/policy-terms", "policies:write", () => ({ terms: [] })],
  ["GET", "/tools", "policies:read"],
  ["PUT", "/tools/t/mapping", "policies:write", () => ({})],
  ["DELETE", "/tools/t/mapping", "policies:write"],
  ["GET", "/confluence", "settings:read"],
  [
    "POST",
    "/confluence",
    "settings:write",
    () => ({ base_url: "http://127.0.0.1:1", email: "a@b.example", token: "x".repeat(8), space_key: "S" }),
  ],
  ["POST", `/confluence/${id}/sync`, "settings:write"],
  ["DELETE", `/confluence/${id}`, "settings:write"],
  ["GET", "/review-settings", "settings:read"],
  ["GET", "/review-settings/history", "settings:read"],
  ["PUT", "/review-settings", "settings:write", () => ({ minimum_confidence_score: 0.8 })],
  ["GET", "/notification-settings", "settings:read"],
  ["PUT", "/notification-settings", "settings:write", () => ({ routes: [] })],
  ["POST", "/notification-settings/preview", "settings:read", trial],
  ["POST", "/notification-settings/test", "settings:write", trial],
  ["POST", "/notification-settings/reinstate", "settings:write", () => ({ email: "a@example.com" })],
  ["GET", "/deliveries", "settings:read"],
  ["POST", `/deliveries/${id}/resend`, "settings:write"],
  ["GET", "/webhooks", "settings:read"],
  ["POST", "/webhooks", "settings:write", () => ({ url: "https://example.com", events: ["review.pending"] })],
  ["PUT", `/webhooks/${id}`, "settings:write", () => ({ is_enabled: false })],
  ["POST", `/webhooks/${id}/rotate`, "settings:write", () => ({})],
  ["DELETE", `/webhooks/${id}`, "settings:write"],
  ["GET", "/slack", "settings:read"],
  ["POST", "/slack/authorize", "settings:write", () => ({ purpose: "install", redirect_uri, state: "x".repeat(16) })],
  ["POST", "/slack/install", "settings:write", () => ({ code: "x", redirect_uri })],
  ["DELETE", "/slack/install", "settings:write"],
  ["GET", "/slack/targets", "settings:read"],
  ["POST", "/slack/link", "reviews:collaborate", () => ({ code: "x", redirect_uri })],
  ["DELETE", "/slack/link", "reviews:collaborate"],
  ["GET", "/tenant-settings", "settings:read"],
  ["PUT", "/tenant-settings", "settings:write", () => ({ delivery_retention_days: 30 })],
  ["GET", "/insights", "reviews:read"],
  ["GET", "/ledger", "ledger:read"],
  ["GET", "/ledger/encrypted", "ledger:read"],
  ["GET", "/ledger/checkpoint", "ledger:read"],
  ["GET", "/ledger/tile/0/000.p/1", "ledger:read"],
  ["GET", "/ledger/density", "ledger:read"],
  ["GET", "/ledger/checkpoints", "ledger:read"],
  ["GET", `/ledger/proof/inclusion?request_id=${id}`, "ledger:read"],
  ["GET", `/ledger/proof/bundle?request_id=${id}`, "ledger:read"],
  ["GET", "/ledger/proof/consistency?from=1&to=1", "ledger:read"],
  ["GET", "/ledger/verify", "ledger:read"],
  ["POST", "/ledger/redactions", "ledger:redact", () => ({ request_id: id, reason: "x" })],
  ["POST", "/admin/send-invitation", "members:write", () => ({ token: "x".repeat(43) })],
  ["POST", "/admin/provision-tenant", "tenant:provision"],
];

describe("roles × actions", () => {
  it.each(roles)("%s may do exactly what the table says", async (role: Role) => {
    const member = await stack.addMember(acme, role);
    for (const [method, path, permission, body] of endpoints) {
      const isForbidden = (await member(method, path, body?.())).body?.code === "forbidden";
      expect([path, isForbidden]).toEqual([path, !(permissions[permission].roles as readonly Role[]).includes(role)]);
    }
  });

  it.each(scopes)("a key with the scope %s may do exactly what the table says", async (scope: Scope) => {
    const key = await stack.addKey(acme, { scopes: [scope] });
    for (const [method, path, permission, body] of endpoints) {
      const isForbidden = (await key(method, path, body?.())).body?.code === "forbidden";
      expect([path, isForbidden]).toEqual([path, !(permissions[permission].scopes as readonly Scope[]).includes(scope)]);
    }
  });
});

describe("across tenants", () => {
  it("nothing of one tenant is seen by another, on any endpoint", async () => {
    const secretText = "cus_of_acme_only";
    const agent = await stack.addKey(acme);
    const headers = { "idempotency-key": "shared-by-chance" };
    const request = { tool_name: "pay", tool_args: { customer: secretText }, agent_id: "acme-agent" };
    const own = (await agent("POST", "/request-clearance", request, headers)).body;
    const acmeOwner = await stack.addMember(acme, "owner");
    await acmeOwner("POST", "/register-policy", { policy_id: "acme-policy", description: secretText });
    const version = (await acmeOwner("GET", "/policies/acme-policy")).body.policy_version_id;
    await acmeOwner("POST", "/policies/acme-policy/cases", { name: secretText, call: { tool_name: "pay" }, expected: "review" });
    const decided = await acmeOwner("POST", `/reviews/${own.request_id}/decision`, { approved: true });
    expect(decided.status).toBe(200);
    const { token } = (await agent("GET", `/clearance-status/${own.request_id}`)).body;
    const entry = (await acmeOwner("GET", "/ledger?view=full")).body.entries[0];

    const strangers: Caller[] = [
      await stack.addKey(other, { scopes }),
      ...(await Promise.all(roles.map((role) => stack.addMember(other, role)))),
    ];
    for (const stranger of strangers) {
      const calls: [string, string, unknown?][] = [
        ["GET", `/clearance-status/${own.request_id}`],
        ["GET", `/reviews/${own.request_id}`],
        ["POST", `/reviews/${own.request_id}/decision`, { approved: false }],
        ["GET", "/policies/acme-policy"],
        ["POST", "/policies/acme-policy/activate", { policy_version_id: version }],
        ["POST", "/policies/acme-policy/rollback", { policy_version_id: version }],
        ["POST", "/policies/acme-policy/backtests", { policy_version_id: version }],
        ["POST", "/policies/acme-policy/retire", {}],
        ["GET", `/policies/acme-policy/cases?version=${version}`],
        ["POST", "/policy-trial", { call: { tool_name: "pay" }, policy_version_id: version }],
        ["GET", `/ledger/proof/bundle?request_id=${own.request_id}`],
        ["GET", `/ledger/proof/inclusion?event_uuid=${entry.event_uuid}`],
      ];
      for (const [method, path, body] of calls) expect([403, 404]).toContain((await stranger(method, path, body)).status);
      for (const path of [
        "/reviews?status=all",
        "/policies",
        "/policies/acme-policy/cases",
        "/policies/acme-policy/backtests",
        "/policy-uploads",
        "/policy-coverage",
        "/tools",
        "/confluence",
        "/ledger?view=full",
        `/ledger?view=full&request_id=${own.request_id}`,
        "/ledger/checkpoints",
      ]) {
        const answer = await stranger("GET", path);
        expect(JSON.stringify(answer.body)).not.toContain(secretText);
        expect(JSON.stringify(answer.body)).not.toContain(own.request_id);
      }
    }
    const otherKey = await stack.addKey(other);
    expect((await otherKey("POST", "/consume-token", { token })).body.code).toBe("token_invalid");
    // The same Idempotency-Key of another tenant is another request.
    expect((await otherKey("POST", "/request-clearance", request, headers)).body.request_id).not.toBe(own.request_id);
    expect((await agent("POST", "/consume-token", { token })).status).toBe(200);
  });

  it.runIf(process.env.TEST_DATABASE_URL)(
    "a tenant whose secret leads to another's database is refused, and the other served",
    async () => {
      const stray = await stack.addTenant("Stray");
      const [strayKey, acmeKey] = [await stack.addKey(stray), await stack.addKey(acme)];
      expect((await strayKey("GET", "/ledger")).status).toBe(200);
      const { database_url } = await stack.tenants.secret(acme);
      await stack.tenants.changeSecret(stray, (secret) => ({ ...secret, database_url }));
      const { url } = await stack.addReplica(); // which reads secrets anew
      expect(await strayKey("GET", `${url}/ledger`)).toMatchObject({ status: 503, body: { code: "tenant_unavailable" } });
      expect((await acmeKey("GET", `${url}/ledger`)).status).toBe(200);
    },
  );

  it("a key that may read its own entries sees nothing of another key of its tenant", async () => {
    const [mine, yours] = [await stack.addKey(acme), await stack.addKey(acme)];
    const requestId = (await mine("POST", "/request-clearance", { tool_name: "pay" })).body.request_id;
    expect((await mine("GET", "/ledger?view=full")).body.entries).toHaveLength(1);
    expect((await yours("GET", "/ledger?view=full")).body.entries).toEqual([]);
    expect((await yours("GET", `/clearance-status/${requestId}`)).body.code).toBe("not_found");
    expect((await yours("GET", `/ledger/proof/bundle?request_id=${requestId}`)).body.code).toBe("not_found");
    expect((await yours("POST", `/reviews/${requestId}/decision`, { approved: false })).status).toBe(403);
  });

  it("a member's token names a tenant that must be theirs", async () => {
    const member = await stack.addMember(acme, "owner");
    expect((await member("GET", "/reviews", undefined, { "x-ledgix-client": other })).body.code).toBe("forbidden");
    expect((await member("GET", "/reviews", undefined, { "x-ledgix-client": crypto.randomUUID() })).body.code).toBe("forbidden");
    expect((await member("GET", "/reviews", undefined, { authorization: "Bearer eyJhbGciOiJub25lIn0.e30." })).body.code).toBe(
      "access_token_invalid",
    );
  });

  it("a member's token dies soon after its session was signed out, wherever it is kept", async () => {
    const member = await stack.addMember(acme, "reviewer", "signed-out@example.com");
    expect((await member("GET", "/reviews")).status).toBe(200);
    await stack.controlPlane.run(
      "delete from auth.sessions where user_id = (select id from auth.users where email = 'signed-out@example.com')",
    );
    const { body } = await until(
      () => member("GET", "/reviews"),
      ({ status }) => status === 401,
    );
    expect(body).toMatchObject({ code: "access_token_invalid", detail: "This session was signed out. Sign in again." });
  });
});

describe("API keys", () => {
  it("of another environment are refused with both environments named", async () => {
    const key = await stack.addKey(acme, { environment: "production" });
    const { status, body } = await key("GET", "/ledger");
    expect([status, body.code]).toEqual([401, "wrong_environment"]);
    expect(body.detail).toContain("production");
    expect(body.detail).toContain("development");
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

describe("limits", () => {
  it("a principal over its rate gets 429 with Retry-After, and others do not notice", async () => {
    const rateLimit = memoryRateLimit({ rps: 1, burst: 3, ttlSeconds: 60, now: () => performance.now() });
    const replica = await stack.addReplica({ rateLimit });
    const [loud, quiet] = [await stack.addKey(acme), await stack.addKey(acme)];
    const answers = await Promise.all(Array.from({ length: 8 }, () => loud("GET", `${replica.url}/ledger`)));
    const limited = answers.filter((answer) => answer.status === 429);
    expect(limited).toHaveLength(5);
    for (const { headers } of limited) expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect((await quiet("GET", `${replica.url}/ledger`)).status).toBe(200);
    // Polling has a bucket of its own.
    expect((await loud("GET", `${replica.url}/clearance-status/${id}`)).status).toBe(404);
    await replica.close();
  });
});

const idNames: Record<string, string> = {
  "review-views": "view_id",
  deliveries: "delivery_id",
  webhooks: "webhook_id",
  policies: "case_id",
  confluence: "source_id",
};

describe("the public endpoints", () => {
  it("answer without a key", async () => {
    const get = async (path: string) => (await fetch(stack.vault.url + path)).json();
    expect(await get("/health")).toEqual({ status: "ok" });
    expect(await get("/ready")).toEqual({ status: "ready" });
    expect((await get("/.well-known/jwks.json")).keys[0]).toMatchObject({
      kty: "OKP",
      crv: "Ed25519",
      use: "sig",
      kid: "vault-key-001",
      alg: "EdDSA",
    });
    const openapi = await get("/openapi.json");
    expect(openapi.openapi).toBe("3.1.0");
    for (const [, path] of endpoints) {
      const template = path
        .split("?")[0]
        ?.replace(id, `{${idNames[path.split("/")[1] ?? ""] ?? "request_id"}}`)
        .replace(/^\/policies\/(?:p|none)/, "/policies/{policy_id}")
        .replace("/tools/t/", "/tools/{tool}/")
        .replace(/^\/ledger\/tile\/.*/, "/ledger/tile/{level}/{tile}");
      expect(Object.keys(openapi.paths)).toContain(template);
    }
  });
});
