import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Caller, type Stack, startStack, until } from "@ledgix/local/test/stack";
import { memoryRateLimit } from "@ledgix/vault/adapters/memory-rate-limit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let stack: Stack;
let acme: string;
let owner: Caller;
beforeAll(async () => {
  stack = await startStack();
  acme = await stack.addTenant("Acme");
  owner = await stack.addMember(acme, "owner");
});
afterAll(() => stack.close());

const mixed = (id: string) => [...id].map((char, index) => (index % 2 ? char.toUpperCase() : char)).join("");
/** Ways to write one id: those that are it, and those that are none. */
const spellings: [name: string, write: (id: string) => string, isIt: boolean][] = [
  ["upper case", (id) => id.toUpperCase(), true],
  ["mixed case", mixed, true],
  ["blanks around it", (id) => `  ${id} `, true],
  ["braces", (id) => `{${id}}`, false],
  ["a URN", (id) => `urn:uuid:${id}`, false],
  ["blanks in it", (id) => id.replace("-", " -"), false],
  ["no hyphens", (id) => id.replaceAll("-", ""), false],
  [
    "hyphens elsewhere",
    (id) =>
      id
        .replaceAll("-", "")
        .replaceAll(/(.{4})/g, "$1-")
        .slice(0, 36),
    false,
  ],
  ["the header twice", (id) => `${id}, ${id}`, false],
  ["percent-encoded", (id) => id.replaceAll("-", "%2D"), false],
  ["a path", (id) => `../tenants/${id}`, false],
  ["letters of another alphabet", (id) => id.replaceAll(/[0-9]/g, "\u0661"), false],
];

describe("a tenant has one name, however it is written", () => {
  it.each(spellings)("%s", async (_, write, isIt) => {
    const header = Buffer.from(write(acme), "utf8").toString("latin1"); // as a client that writes UTF-8 into a header
    const { status, body } = await owner("GET", "/reviews", undefined, { "x-ledgix-client": header });
    expect([status, body.code]).toEqual(isIt ? [200, undefined] : [401, "access_token_invalid"]);
  });

  it.each(spellings)("at the database: %s", async (_, write, isIt) => {
    const written = write(acme).trim();
    const opened = await stack.tenants.database(written).catch((error: Error) => error.name);
    expect(opened === (await stack.tenants.database(acme))).toBe(isIt);
    if (!isIt) expect(opened).toBe("TenantNotFound");
  });

  it("and one bucket of calls", async () => {
    const rateLimit = memoryRateLimit({ rps: 0.001, burst: 4, ttlSeconds: 60, now: () => performance.now() });
    const { url, close } = await stack.addReplica({ rateLimit });
    const statuses: number[] = [];
    for (const name of [acme, acme.toUpperCase(), mixed(acme), ` ${acme}`, acme.toUpperCase(), acme])
      statuses.push((await owner("GET", `${url}/reviews`, undefined, { "x-ledgix-client": name })).status);
    await close();
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
  });

  it("and so has a case: who decides it in other letters decides it once", async () => {
    const agent = await stack.addKey(acme);
    const { body: asked } = await agent("POST", "/request-clearance", { tool_name: "pay" });
    const upper = asked.request_id.toUpperCase();
    const body = { approved: false, review_reason: "No.", request_ids: [asked.request_id, upper] };
    const { body: decided } = await owner("POST", "/reviews/decisions", body);
    expect(decided.results).toHaveLength(1);
    expect((await agent("GET", `/clearance-status/${upper}?wait=1`)).body).toMatchObject({ request_id: asked.request_id });
    expect((await owner("GET", `/ledger?view=full&request_id=${upper}`)).body.entries.length).toBeGreaterThan(0);
  });

  it("and who calls is who the control plane says, whatever their token calls them", async () => {
    const member = await stack.addMember(acme, "admin", "early@example.com");
    await stack.controlPlane.run("update public.memberships set email = 'late@example.com' where email = 'early@example.com'");
    const { body } = await member("PUT", "/absence", {
      absence: { delegate: null, from: "2026-01-01T00:00:00Z", until: "2099-01-01T00:00:00Z" },
    });
    expect(body.absences).toEqual([expect.objectContaining({ member: "late@example.com" })]);
  });
});

describe("a suspended tenant is told who suspended it, and when", () => {
  const trail =
    "insert into public.audit_events (client_id, actor_email, action, target) values ($1::uuid, $2, 'tenant.suspended', $1::uuid::text)";
  it.each([
    [
      "its owner",
      "owner",
      "boss@example.com",
      /^This tenant was suspended by boss@example\.com on 20\d\d-.* UTC, .* An owner can/,
    ],
    ["an operator", "operator", "operator", /^This tenant was suspended by an operator on 20\d\d-.* UTC, .* Ask the operator/],
    ["nobody knows", "operator", null, /^This tenant was suspended by an operator, .* Ask the operator/],
  ])("by %s", async (_, suspendedBy, actor, detail) => {
    const client = await stack.addTenant("Stopped");
    const [agent, member] = [await stack.addKey(client), await stack.addMember(client, "reviewer")];
    const stranger = await stack.addKey(acme);
    await stack.controlPlane.run("update public.clients set status = 'suspended', suspended_by = $2 where id = $1", [
      client,
      suspendedBy,
    ]);
    if (actor) await stack.controlPlane.run(trail, [client, actor]);
    for (const caller of [agent, member]) {
      const { status, body } = await caller("GET", "/ledger");
      expect([status, body.code]).toEqual([403, "tenant_suspended"]);
      expect(body.detail).toMatch(detail);
    }
    expect((await stranger("GET", "/clearance-status/x")).status).toBe(404); // others do not notice
    const outsider = await owner("GET", "/ledger", undefined, { "x-ledgix-client": client });
    expect(outsider.body.code).toBe("forbidden"); // and are not told
  });
});

describe("a cursor that a list did not give is refused as such", () => {
  const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const id = "0190b9ce-5d4c-4c5b-a6d7-6e5d4c3b2a10";
  const garbage = [
    "x",
    "-1",
    "1.5",
    "9".repeat(30),
    "%00",
    "[]",
    json([]),
    json(["0000-01-01T00:00:00.000000Z", id]),
    json(["2026-02-31T00:00:00.000000Z", id]),
  ];
  const lists = ["/reviews", "/deliveries", "/ledger", "/ledger/encrypted", "/ledger/checkpoints?strict=1"];
  it.each(lists.flatMap((list) => garbage.map((cursor) => [list, cursor] as const)))("%s, %s", async (list, cursor) => {
    const { status, body } = await owner("GET", `${list}${list.includes("?") ? "&" : "?"}cursor=${cursor}`);
    expect([status, body.code]).toEqual([400, "invalid_parameter"]);
  });

  it("and so is a number beyond what the database counts", async () => {
    for (const path of [
      "/reviews?older_than=99999999999999999",
      "/ledger/proof/consistency?from=1&to=1e300",
      "/insights?days=1e9",
    ])
      expect((await owner("GET", path)).status).toBe(400);
    expect((await owner("GET", "/ledger/proof/consistency?from=1&to=9007199254740991")).status).toBe(404);
    expect((await owner("GET", "/reviews/stream", undefined, { "last-event-id": "1e300" })).status).toBe(400);
  });
});

describe("nothing that is signed in is kept by what stands between", () => {
  it.each([
    "/reviews",
    "/ledger",
    "/review-settings",
    "/policies",
    "/webhooks",
    `/reviews/${crypto.randomUUID()}`,
    "/nothing",
    "/reviews?limit=x",
  ])("%s", async (path) => {
    for (const answer of [await owner("GET", path), await owner("GET", path, undefined, { authorization: "Bearer x" })])
      expect(answer.headers.get("cache-control")).toBe("no-store");
  });
});

describe("a database that does not open", () => {
  it("is 503 for its tenant alone, and says nothing of the inside", async () => {
    const client = await stack.addTenant("Broken");
    const member = await stack.addMember(client, "owner");
    const elsewhere = crypto.randomUUID();
    const broken = join(stack.directory, "tenants", elsewhere);
    await mkdir(broken, { recursive: true });
    await writeFile(join(broken, "PG_VERSION"), "hunter2");
    const url = stack.databaseKind === "PGlite" ? `pglite:${elsewhere}` : "postgres://hunter2:hunter2@127.0.0.1:9/hunter2";
    await writeFile(join(stack.directory, "secrets/tenants", `${client}.json`), JSON.stringify({ database_url: url }));
    const answer = await until(
      () => member("GET", "/reviews"),
      ({ status }) => status !== 200,
    );
    expect([answer.status, answer.body.code]).toEqual([503, "tenant_unavailable"]);
    expect(JSON.stringify(answer.body)).not.toMatch(/hunter2|tenants\/|PG_VERSION|postgres/);
    expect((await owner("GET", "/reviews")).status).toBe(200);
  });
});
