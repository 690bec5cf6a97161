import { type Permission, permissions, type Role, roles, type Scope, scopes } from "@ledgix/contract/permissions";
import { type Caller, type Stack, startStack, until } from "@ledgix/local/test/stack";
import { memoryRateLimit } from "@ledgix/vault/adapters/memory-rate-limit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

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
  ["GET", "/proposals", "policies:read"],
  ["POST", `/proposals/${id}/confirm`, "policies:write"],
  ["DELETE", `/proposals/${id}`, "policies:write"],
  ["DELETE", `/policies/p/drafts/${id}`, "policies:write"],
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

  it.each([
    [
      "nobody used for half a day",
      "update auth.sessions set created_at = now() - interval '12 hours 1 second' where user_id = $1",
    ],
    [
      "a person left half a day ago, though its page went on asking",
      `insert into private.session_uses (session_id, user_id, last_used_at) select id, user_id, now() - interval '12 hours 1 second'
       from auth.sessions where user_id = $1`,
    ],
    [
      "is a week old, though it was used just now",
      `with used as (insert into private.session_uses (session_id, user_id) select id, user_id from auth.sessions where user_id = $1)
       update auth.sessions set created_at = now() - interval '7 days 1 second', refreshed_at = now() at time zone 'UTC' where user_id = $1`,
    ],
    [
      "has not shown the second factor",
      "insert into auth.mfa_factors (id, user_id, factor_type, status) values (gen_random_uuid(), $1, 'totp', 'verified')",
    ],
  ])("a session that %s opens nothing, and its event stream ends", async (_, change) => {
    const email = `${crypto.randomUUID()}@example.com`;
    const member = await stack.addMember(acme, "reviewer", email);
    expect((await member("GET", "/reviews")).status).toBe(200);
    const stop = new AbortController();
    const stream = await member.stream("/reviews/stream", stop.signal);
    const userId = await stack.controlPlane.row(z.object({ id: z.string() }), "select id from auth.users where email = $1", [
      email,
    ]);
    await stack.controlPlane.run(change, [userId?.id ?? ""]);
    const { body } = await until(
      () => member("GET", "/reviews"),
      ({ status }) => status === 401,
    );
    expect(body.code).toBe("access_token_invalid");
    for await (const _chunk of stream); // comes to its end by itself
    stop.abort();
  });

  it("a session that shows its second factor is in, and one that was not confirmed asks for nothing", async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const member = await stack.addMember(acme, "reviewer", email);
    const factor = (status: string) =>
      stack.controlPlane.run(
        `insert into auth.mfa_factors (id, user_id, factor_type, status)
         select gen_random_uuid(), id, 'totp', $2 from auth.users where email = $1`,
        [email, status],
      );
    await factor("unverified");
    expect((await member("GET", "/reviews")).status).toBe(200);
    await factor("verified");
    await stack.controlPlane.run(
      "update auth.sessions set aal = 'aal2' where user_id = (select id from auth.users where email = $1)",
      [email],
    );
    await new Promise((resolve) => setTimeout(resolve, 6000)); // past what Vault remembers
    expect((await member("GET", "/reviews")).status).toBe(200);
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
  proposals: "proposal_id",
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
        .replace("/drafts/{case_id}", "/drafts/{policy_version_id}")
        .replace("/tools/t/", "/tools/{tool}/")
        .replace(/^\/ledger\/tile\/.*/, "/ledger/tile/{level}/{tile}");
      expect(Object.keys(openapi.paths)).toContain(template);
    }
  });
});
