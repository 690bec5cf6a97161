import { createApiKey } from "@ledgix/contract/api-key";
import { type Permission, permissions, type Role, roles, type Scope, scopes } from "@ledgix/contract/permissions";
import { memoryRateLimit } from "@ledgix/vault/adapters/memory-rate-limit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
/** Every endpoint with the permission that it asks for. A permitted call may still find nothing: 404 is not 403. */
const endpoints: [method: string, path: string, permission: Permission, body?: () => unknown][] = [
  ["POST", "/request-clearance", "clearance:request", () => ({ tool_name: "pay" })],
  ["GET", `/clearance-status/${id}`, "clearance:read"],
  ["POST", "/consume-token", "token:consume", () => ({ token: "x" })],
  ["GET", "/reviews", "reviews:read"],
  ["GET", `/reviews/${id}`, "reviews:read"],
  ["POST", `/reviews/${id}/decision`, "reviews:decide", () => ({ approved: true })],
  ["POST", "/register-policy", "policies:write", () => ({ policy_id: "p" })],
  ["POST", "/admin/upload-policy", "policies:write", form],
  ["GET", "/policies", "policies:read"],
  ["GET", "/policies/p", "policies:read"],
  ["GET", "/review-settings", "settings:read"],
  ["PUT", "/review-settings", "settings:write", () => ({ minimum_confidence_score: 0.8 })],
  ["GET", "/ledger", "ledger:read"],
  ["GET", "/ledger/checkpoints", "ledger:read"],
  ["GET", `/ledger/proof/inclusion?request_id=${id}`, "ledger:read"],
  ["GET", `/ledger/proof/bundle?request_id=${id}`, "ledger:read"],
  ["GET", "/ledger/proof/consistency?from=1&to=1", "ledger:read"],
  ["GET", "/ledger/verify", "ledger:read"],
  ["POST", "/admin/provision-tenant", "tenant:provision"],
];

describe("roles × actions", () => {
  it.each(roles)("%s may do exactly what the table says", async (role: Role) => {
    const member = await stack.addMember(acme, role);
    for (const [method, path, permission, body] of endpoints) {
      const isForbidden = (await member(method, path, body?.())).status === 403;
      expect([path, isForbidden]).toEqual([path, !(permissions[permission].roles as readonly Role[]).includes(role)]);
    }
  });

  it.each(scopes)("a key with the scope %s may do exactly what the table says", async (scope: Scope) => {
    const key = await stack.addKey(acme, { scopes: [scope] });
    for (const [method, path, permission, body] of endpoints) {
      const isForbidden = (await key(method, path, body?.())).status === 403;
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
        ["GET", `/ledger/proof/bundle?request_id=${own.request_id}`],
        ["GET", `/ledger/proof/inclusion?event_uuid=${entry.event_uuid}`],
      ];
      for (const [method, path, body] of calls) expect([403, 404]).toContain((await stranger(method, path, body)).status);
      for (const path of [
        "/reviews?status=all",
        "/policies",
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

describe("policies", () => {
  it("are versioned by content, and their documents refused with the reason", async () => {
    const owner = await stack.addMember(acme, "owner");
    const upload = (name: string, content: BlobPart) => {
      const data = new FormData();
      data.set("file", new File([content], name));
      data.set("documentName", "Travel policy");
      data.set("tools", "book_flight, book_hotel");
      return owner("POST", "/admin/upload-policy", data);
    };
    const first = await upload("travel.md", "# Travel\n\nEconomy only.");
    expect([first.status, first.body.version, first.body.policy_id, first.body.tools]).toEqual([
      201,
      1,
      "travel-policy",
      ["book_flight", "book_hotel"],
    ]);
    expect((await upload("travel.md", "# Travel\n\nEconomy only.")).body.version).toBe(1);
    const second = await upload("travel.md", "# Travel\n\nBusiness above six hours.");
    expect([second.body.version, second.body.versions.length]).toEqual([2, 2]);
    const old = await owner("GET", `/policies/travel-policy?version=${first.body.policy_version_id}`);
    expect(old.body.content).toContain("Economy only.");
    const pdf = await upload("travel.pdf", "%PDF-1.7");
    expect([pdf.status, pdf.body.code]).toEqual([415, "unsupported_document"]);
    expect((await upload("travel.md", new Uint8Array([0xff, 0xfe, 0x00]))).body.code).toBe("unsupported_document");
    expect((await upload("travel.md", "  \n")).body.code).toBe("invalid_body");
    expect((await upload("travel.md", "x".repeat(6_000_000))).body.code).toBe("body_too_large");
    expect((await owner("POST", "/admin/upload-policy", new FormData())).body.code).toBe("invalid_body");
  });

  it("are found by meaning, and cited with exact offsets", async () => {
    const tenant = await stack.addTenant("Retrieval");
    const [owner, agent] = [await stack.addMember(tenant, "owner"), await stack.addKey(tenant)];
    const content =
      "# Handbook\n\n## Holidays\n\nEverybody has 30 days off.\n\n## Refunds\n\nMoney goes back to customers only for duplicate charges.\n\n## Parking\n\nPark behind the building.\n";
    const data = new FormData();
    data.set("file", new File([content], "handbook.md"));
    data.set("documentName", "Handbook");
    await owner("POST", "/admin/upload-policy", data);
    await until(
      () => owner("GET", "/policies"),
      ({ body }) => body.policies[0]?.indexing === "ready",
    );
    const request = {
      tool_name: "stripe_refund",
      tool_args: { amount: 5, customer: "cus_1" },
      context: { purpose: "refund a customer" },
    };
    const { body } = await agent("POST", "/request-clearance", request);
    const review = (await owner("GET", `/reviews/${body.request_id}`)).body;
    expect(review).toMatchObject({
      reason_code: "no_rule",
      destination: { provider: "stripe" },
      purpose: "refund a customer",
      policy_changed: false,
    });
    expect(review.citations[0].heading).toBe("Refunds");
    for (const citation of review.citations) expect(content.slice(citation.start, citation.end)).toBe(citation.text);

    await owner("POST", "/register-policy", { policy_id: "handbook", description: "Changed" });
    expect((await owner("GET", `/reviews/${body.request_id}`)).body.policy_changed).toBe(true);
  });

  it("with a rule that is not understood let nothing pass, and say so", async () => {
    const tenant = await stack.addTenant("Unread");
    const [owner, agent] = [await stack.addMember(tenant, "owner"), await stack.addKey(tenant)];
    const rules = ["Approve when amount is at most 100.", "Refunds must be reasonable."];
    const registered = await owner("POST", "/register-policy", { policy_id: "p", rules });
    expect(registered.body.message).toContain("1 of 2 rules is not understood");
    const { body } = await agent("POST", "/request-clearance", { tool_name: "refund", tool_args: { amount: 1 } });
    expect(body).toMatchObject({ status: "pending_review", reason_code: "rule_unreadable" });
  });
});

describe("settings", () => {
  it("keep score and bucket consistent, and count for the next request", async () => {
    const owner = await stack.addMember(other, "owner");
    const agent = await stack.addKey(other);
    await owner("POST", "/register-policy", { policy_id: "p", rules: ["Approve when amount is at most 100."] });
    const request = { tool_name: "pay", tool_args: { amount: 1 } };
    expect((await agent("POST", "/request-clearance", request)).body.status).toBe("approved");
    expect(
      (await owner("PUT", "/review-settings", { minimum_confidence_bucket: "extra_high" })).body.minimum_confidence_score,
    ).toBe(0.95);
    expect((await owner("PUT", "/review-settings", { minimum_confidence_score: 1 })).body.minimum_confidence_bucket).toBe(
      "extra_high",
    );
    expect((await agent("POST", "/request-clearance", request)).body).toMatchObject({
      status: "pending_review",
      reason_code: "below_threshold",
    });
    expect((await owner("PUT", "/review-settings", {})).body.code).toBe("invalid_body");
    expect((await owner("PUT", "/review-settings", { minimum_confidence_score: 1.1 })).body.code).toBe("invalid_body");
  });
});

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
      const template = path.split("?")[0]?.replace(id, "{request_id}").replace("/policies/p", "/policies/{policy_id}");
      expect(Object.keys(openapi.paths)).toContain(template);
    }
  });
});
