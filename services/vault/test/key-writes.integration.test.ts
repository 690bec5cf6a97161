import { type Scope, scopes } from "@ledgix/contract/permissions";
import type { PolicyList } from "@ledgix/contract/policy";
import { type Answer, type Caller, clearanceOf, type Stack, startStack, until } from "@ledgix/local/test/stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ environment: { CONSOLE_URL: "https://console.example" } });
});
afterAll(() => stack.close());

const deliveryRow = z.object({ target: z.string(), cadence: z.string(), event_type: z.string() });
const idRow = z.object({ id: z.string() });

const deployment = ["policies:read", "policies:write"] as const satisfies Scope[];
const mixed = ["clearance", ...deployment] as const satisfies Scope[];
const strict = ["Deny when amount is over 100.", "Approve when amount is at most 100."];
const lenient = ["Approve when amount is at most 1,000,000."];

async function newTenant() {
  const clientId = await stack.addTenant();
  const owner = await stack.addMember(clientId, "owner");
  const agent = await stack.addKey(clientId);
  await register(owner, strict);
  return { clientId, owner, agent };
}

const register = (by: Caller, rules: string[], policy_id = "p", tools = ["wire"]) =>
  by("POST", "/register-policy", { policy_id, description: "Wires", rules, tools });

function upload(by: Caller, text: string, more: Record<string, string> = {}): Promise<Answer> {
  const form = new FormData();
  form.set("file", new File([text], "wires.md"));
  for (const [name, value] of Object.entries({ documentName: "Wires", policyId: "p", ...more })) form.set(name, value);
  return by("POST", "/admin/upload-policy", form);
}

const status = async (agent: Caller, amount = 900_001) =>
  (await clearanceOf(agent, { tool_name: "wire", tool_args: { amount } })).status;

const versions = async (owner: Caller, policyId = "p"): Promise<[number, string][]> =>
  (await owner("GET", `/policies/${policyId}`)).body.versions.map(
    (version: { version: number; state: string }) => [version.version, version.state] as const,
  );

const waiting = async (owner: Caller) =>
  (await owner("GET", "/policies")).body.policies.flatMap((policy: PolicyList["policies"][number]) =>
    policy.waiting_drafts.map(({ version, created_by }) => [policy.policy_id, version, created_by]),
  );

const writings: [how: string, write: (by: Caller) => Promise<Answer>][] = [
  ["registers", (by) => register(by, lenient)],
  ["uploads", (by) => upload(by, "Approve when amount is at most 1,000,000.", { tools: "wire" })],
  [
    "writes in the editor's way",
    (by) => by("POST", "/policies", { policy_id: "p", title: "Wires", tools: ["wire"], rules: lenient, content: "" }),
  ],
];

describe("what a key writes", () => {
  it.each(writings)(
    "is kept as a draft, where it %s a policy: nothing in force changes until a member says so",
    async (_, write) => {
      const { clientId, owner, agent } = await newTenant();
      const key = await stack.addKey(clientId, { scopes: mixed, name: "ci" });
      expect(await status(key)).toBe("denied");
      const written = await write(key);
      expect(written.status).toBeLessThan(300);
      expect([await status(key), await status(agent)]).toEqual(["denied", "denied"]);
      expect(await versions(owner)).toEqual([
        [2, "draft"],
        [1, "in_force"],
      ]);
      expect(await waiting(owner)).toEqual([["p", 2, "ci"]]);
    },
  );

  it("is answered as before, and told where a member puts it in force", async () => {
    const { clientId, owner } = await newTenant();
    const key = await stack.addKey(clientId, { scopes: deployment });
    const { status: code, body } = await register(key, lenient);
    const [draft] = (await owner("GET", "/policies/p")).body.versions;
    const url = `https://console.example/${clientId}/policies/p?version=${draft.policy_version_id}`;
    expect([code, body]).toEqual([
      200,
      { policy_id: "p", status: "registered", message: `Kept as a draft; a member puts it in force at ${url}.` },
    ]);
    const uploaded = await upload(key, "Other words.");
    expect(uploaded.body).toMatchObject({ status: "registered", state: "draft" });
    expect(uploaded.body.message).toMatch(/^Kept as a draft; a member puts it in force at https:/);
  });

  it("takes the place of the same key's earlier draft, and of nobody else's", async () => {
    const { clientId, owner } = await newTenant();
    const [one, two] = [
      await stack.addKey(clientId, { scopes: deployment, name: "one" }),
      await stack.addKey(clientId, { scopes: mixed, name: "two" }),
    ];
    const byMember = { policy_id: "p", title: "Wires", tools: ["wire"], rules: ["Pause always"], content: "" };
    await owner("POST", "/policies", byMember);
    for (const amount of [1, 2, 3]) await register(one, [`Approve when amount is at most ${amount}.`]);
    await register(two, lenient);
    await upload(one, "A document instead.");
    await register(one, lenient);
    await register(one, lenient);
    const { body } = await owner("GET", "/policies/p");
    expect(body.versions.map(({ created_by, state }: Record<string, string>) => [created_by, state]).toSorted()).toEqual(
      [
        ["one", "draft"],
        ["two", "draft"],
        [body.versions.at(-1).created_by, "draft"],
        [body.versions.at(-1).created_by, "in_force"],
      ].toSorted(),
    );
  });

  it("that is in force already is no draft, and ends the draft that the key had", async () => {
    const { clientId, owner } = await newTenant();
    const key = await stack.addKey(clientId, { scopes: deployment });
    await register(key, lenient);
    expect((await register(key, strict)).body.message).toBe("Version 1 says the same already, so nothing was changed.");
    expect([await versions(owner), await waiting(owner)]).toEqual([[[1, "in_force"]], []]);
  });

  it("is put in force by a member as it was read: a draft that was replaced meanwhile is not", async () => {
    const { clientId, owner } = await newTenant();
    const key = await stack.addKey(clientId, { scopes: deployment });
    const draftId = async () => (await owner("GET", "/policies/p")).body.versions[0].policy_version_id;
    await register(key, ["Approve when amount is at most 5."]);
    const read = await draftId();
    await register(key, lenient);
    const stale = await owner("POST", "/policies/p/activate", { policy_version_id: read });
    expect([stale.status, stale.body.code]).toEqual([404, "not_found"]);
    expect((await owner("POST", "/policies/p/activate", { policy_version_id: await draftId() })).body.state).toBe("in_force");
    expect(await waiting(owner)).toEqual([]);
  });

  it("never reaches what a member uploads: neither its tools nor its rules", async () => {
    const { clientId, owner, agent } = await newTenant();
    const key = await stack.addKey(clientId, { scopes: mixed });
    await key("POST", "/policies", { policy_id: "p", title: "Wires", tools: ["other"], rules: lenient, content: "" });
    const { body } = await upload(owner, "The handbook.");
    expect([body.state, body.tools, body.rules.map(({ text }: { text: string }) => text)]).toEqual([
      "in_force",
      ["wire"],
      strict,
    ]);
    expect(await status(agent)).toBe("denied");
  });

  it("may be discarded by a member; what was ever in force may not", async () => {
    const { clientId, owner } = await newTenant();
    const key = await stack.addKey(clientId, { scopes: deployment });
    await register(key, lenient);
    await register(key, lenient, "brand-new");
    const [draft, inForce] = (await owner("GET", "/policies/p")).body.versions;
    const fresh = (await owner("GET", "/policies/brand-new")).body;
    expect((await owner("DELETE", `/policies/p/drafts/${draft.policy_version_id}`)).status).toBe(200);
    expect((await owner("DELETE", `/policies/p/drafts/${inForce.policy_version_id}`)).body.code).toBe("not_found");
    expect((await owner("DELETE", `/policies/brand-new/drafts/${fresh.policy_version_id}`)).status).toBe(200);
    expect((await owner("GET", "/policies/brand-new")).status).toBe(404);
    expect(await waiting(owner)).toEqual([]);
  });

  it("is told to those who may put it in force, once for each draft that says something new", async () => {
    const { clientId } = await newTenant();
    const admin = "admin-of-drafts@example.com";
    await stack.addMember(clientId, "admin", admin);
    await stack.addMember(clientId, "reviewer", "reviewer-of-drafts@example.com");
    const key = await stack.addKey(clientId, { scopes: deployment, name: "ci" });
    await register(key, lenient);
    await register(key, lenient);
    const database = await stack.tenants.database(clientId);
    const planned = await until(
      () => database.rows(deliveryRow, "select target, cadence, event_type from deliveries order by target"),
      (rows) => rows.length > 0,
    );
    expect(planned.map(({ target, cadence, event_type }) => [target, cadence, event_type])).toEqual([
      [admin, "hourly", "policy.proposed"],
      [expect.stringMatching(/^owner-/), "hourly", "policy.proposed"],
    ]);
  });

  it("does not pile up without end", async () => {
    const { clientId } = await newTenant();
    const key = await stack.addKey(clientId, { scopes: deployment });
    const database = await stack.tenants.database(clientId);
    await register(key, lenient);
    await database.run(
      `insert into policy_versions (policy_version_id, policy_id, version, title, description, source, media_type, content, content_hash, tools,
         rules, created_by, created_by_id)
       select gen_random_uuid(), 'p', 1000 + n, '', '', 'register', 'text/plain', '', n::text, '{}', '{}', created_by, created_by_id
       from policy_versions, generate_series(1, 199) n where version = 2`,
    );
    expect((await register(key, lenient, "another")).body.code).toBe("too_many_waiting");
    expect((await upload(key, "A document.", { policyId: "another" })).status).toBeGreaterThanOrEqual(400);
    expect((await register(key, ["Pause always"], "p")).status).toBe(200);
  });
});

describe("what only a member does", () => {
  const id = crypto.randomUUID();
  const acts: [method: string, path: (draft: string) => string, body: (draft: string) => unknown][] = [
    ["POST", () => "/policies/p/activate", (draft) => ({ policy_version_id: draft })],
    ["POST", () => "/policies/p/rollback", (draft) => ({ policy_version_id: draft })],
    ["POST", () => "/policies/p/retire", () => undefined],
    ["DELETE", (draft) => `/policies/p/drafts/${draft}`, () => undefined],
    ["POST", () => "/policies/p/cases", () => ({ name: "c", call: { tool_name: "wire" }, expected: "review" })],
    ["DELETE", () => `/policies/p/cases/${id}`, () => undefined],
  ];

  it.each([
    ["a deployment key", deployment],
    ["a key with every scope", scopes],
  ])("is refused to %s, and changes nothing", async (_, held) => {
    const { clientId, owner } = await newTenant();
    const key = await stack.addKey(clientId, { scopes: held });
    await register(key, lenient);
    const [draft] = (await owner("GET", "/policies/p")).body.versions;
    for (const [method, path, body] of acts) {
      const answer = await key(method, path(draft.policy_version_id), body(draft.policy_version_id));
      expect([path(""), answer.status, answer.body.code]).toEqual([path(""), 403, "member_required"]);
    }
    expect(await versions(owner)).toEqual([
      [2, "draft"],
      [1, "in_force"],
    ]);
    expect((await owner("GET", "/policies/p/cases")).body.cases).toEqual([]);
  });
});

describe("where the tenant lets deployment keys put policies in force", () => {
  const inForceFor: [what: string, scopes: readonly Scope[], isLet: boolean][] = [
    ["policies:write", ["policies:write"], true],
    ["policies:write and what it reads", ["policies:write", "policies:read", "ledger:read", "reviews:read"], true],
    ["clearance as well", ["policies:write", "clearance"], false],
    ["reviews:decide as well", ["policies:write", "reviews:decide"], false],
    ["every scope", scopes, false],
  ];

  it.each(inForceFor)("a key with %s does as it may", async (_, held, isLet) => {
    const { clientId, owner, agent } = await newTenant();
    await owner("PUT", "/review-settings", { deployment_keys_activate: true });
    const key = await stack.addKey(clientId, { scopes: held });
    expect((await register(key, lenient)).body.message).toMatch(isLet ? /^Version 2 is in force\.$/ : /^Kept as a draft/);
    expect(await status(agent)).toBe(isLet ? "approved" : "denied");
    expect(await waiting(owner)).toHaveLength(isLet ? 0 : 1);
    const draft = await owner("POST", "/policies", { policy_id: "p", title: "W", tools: ["wire"], rules: strict, content: "" });
    const activated = await key("POST", "/policies/p/activate", { policy_version_id: draft.body.policy_version_id });
    expect(activated.status).toBe(isLet ? 200 : 403);
    expect(await status(agent)).toBe("denied");
    const uploaded = await upload(key, "A document.");
    expect(uploaded.body.state).toBe(isLet ? "in_force" : "draft");
    expect((await key("POST", "/policies/p/retire")).body.code).toBe("member_required");
  });

  it("a draft that fails a test case stays one, and waits for a member", async () => {
    const { clientId, owner, agent } = await newTenant();
    await owner("PUT", "/review-settings", { deployment_keys_activate: true });
    const call = { tool_name: "wire", tool_args: { amount: 500 } };
    await owner("POST", "/policies/p/cases", { name: "Too much", call, expected: "deny" });
    const key = await stack.addKey(clientId, { scopes: deployment, name: "ci" });
    const failed = await register(key, lenient);
    expect([failed.status, failed.body.code]).toEqual([409, "cases_failed"]);
    expect(await status(agent, 500)).toBe("denied");
    expect(await waiting(owner)).toEqual([["p", 2, "ci"]]);
  });
});

describe("where rules are kept apart from the keys that ask under them", () => {
  type Maker = "alice" | "bob" | null;
  /** Who wrote the rule, and who made the key that asks. */
  const pairs: [writer: string, maker: Maker, outcome: string][] = [
    ["alice", "alice", "pending_review"],
    ["alice", "bob", "approved"],
    ["alice", null, "approved"],
    ["a key of alice", "alice", "pending_review"],
    ["a key of alice", "bob", "approved"],
    ["a key of alice, put in force by bob", "alice", "pending_review"],
    ["a key of bob, rotated by alice", "alice", "pending_review"],
    ["a key of an operator", null, "pending_review"],
    ["a key of an operator", "alice", "approved"],
    ["alice, before authors had ids", "alice", "pending_review"],
    ["alice, before authors had ids", "bob", "approved"],
    ["somebody who is not known", null, "pending_review"],
  ];

  it.each(pairs)("a rule of %s and a key of %s: %s", async (writer, maker, outcome) => {
    const clientId = await stack.addTenant();
    const people = {
      alice: await stack.addMember(clientId, "owner", `alice-${clientId}@example.com`),
      bob: await stack.addMember(clientId, "admin", `bob-${clientId}@example.com`),
    };
    const idOf = async (name: string) => {
      const row = await stack.controlPlane.row(
        idRow,
        "select user_id::text as id from public.memberships where client_id = $1 and email like $2",
        [clientId, `${name}-%`],
      );
      return row?.id ?? null;
    };
    const made = async (by: Maker, keyId: string) =>
      stack.controlPlane.run("update public.api_keys set created_by = $2 where id = $1", [keyId, by && (await idOf(by))]);
    await people.alice("PUT", "/review-settings", { deployment_keys_activate: true, separate_rule_writers: true });
    const [agent, ci] = [await stack.addKey(clientId), await stack.addKey(clientId, { scopes: deployment, name: "ci" })];
    await made(maker, agent.keyId);
    const database = await stack.tenants.database(clientId);
    if (writer === "alice") await register(people.alice, lenient);
    else if (writer.startsWith("a key of")) {
      await made(writer.includes("operator") ? null : writer.startsWith("a key of bob") ? "bob" : "alice", ci.keyId);
      if (writer.endsWith("rotated by alice")) {
        const next = await stack.addKey(clientId, { scopes: deployment, name: "ci" });
        await made("alice", next.keyId);
        await stack.controlPlane.run("update public.api_keys set family_id = $2 where id = $1", [next.keyId, ci.keyId]);
      }
      if (writer.endsWith("put in force by bob"))
        await people.alice("PUT", "/review-settings", { deployment_keys_activate: false });
      await register(ci, lenient);
      if (writer.endsWith("put in force by bob")) {
        const [draft] = (await people.bob("GET", "/policies/p")).body.versions;
        await people.bob("POST", "/policies/p/activate", { policy_version_id: draft.policy_version_id });
      }
    } else {
      await register(people.alice, lenient);
      await database.run("update policy_versions set created_by_id = null");
      if (writer.startsWith("somebody")) await database.run("update policy_versions set created_by = 'gone@example.com'");
    }
    const body = await clearanceOf(agent, { tool_name: "wire", tool_args: { amount: 5 } });
    expect([body.status, body.reason_code]).toEqual([outcome, outcome === "approved" ? "rule_allow" : "own_rule"]);
    if (outcome === "pending_review") expect(body.reason).toMatch(/Somebody else decides\.$|A person decides\.$/);
  });

  it("holds only where the tenant asks for it, and never lifts a denial", async () => {
    const { clientId, owner, agent } = await newTenant();
    await register(owner, strict);
    expect(await status(agent, 5)).toBe("approved");
    const database = await stack.tenants.database(clientId);
    await database.run("update policy_versions set created_by_id = null, created_by = 'gone@example.com'");
    await owner("PUT", "/review-settings", { separate_rule_writers: true });
    expect([await status(agent, 5), await status(agent, 500)]).toEqual(["pending_review", "denied"]);
  });
});
