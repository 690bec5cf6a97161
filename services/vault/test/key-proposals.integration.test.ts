import { scopes } from "@ledgix/contract/permissions";
import type { Proposal } from "@ledgix/contract/proposal";
import { type Caller, clearanceOf, type Stack, startStack } from "@ledgix/local/test/stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

const amountIs = (path: string) => ({ acts: [], amount: { path, unit: "major", currency: { code: "USD" } } });
const denies = ["Payments over 100 USD must be denied."];
const call = (amount: number, tip = 0) => ({ tool_name: "pay", tool_args: { amount, tip, card_charged: true } });
const status = async (agent: Caller, of: object) => (await clearanceOf(agent, of)).status;
const waiting = async (by: Caller): Promise<Proposal[]> => (await by("GET", "/proposals")).body.proposals;

async function newTenant() {
  const clientId = await stack.addTenant();
  const owner = await stack.addMember(clientId, "owner");
  const key = await stack.addKey(clientId, { scopes, name: "ci" });
  return { clientId, owner, key };
}

const registers = (owner: Caller, rules: string[], policy_id = "p") =>
  owner("POST", "/register-policy", { policy_id, description: "Payments", rules, tools: ["pay"] });

const route = { id: "r", name: "R", events: ["review.pending"], to: { roles: ["owner"] } };

/** Every document that a key's scopes reach: what a member set, what a key writes over it, and what of the answer shows which holds. */
const documents: [path: string, members: object, keys: object, shown: (body: Record<string, unknown>) => unknown][] = [
  [
    "/tools/pay/mapping",
    amountIs("amount"),
    amountIs("tip"),
    ({ tools, mapping }) => (Array.isArray(tools) ? tools[0].mapping : (mapping as { amount: unknown } | null))?.amount.path,
  ],
  [
    "/policy-terms",
    { terms: [{ phrase: "a known card", meaning: "card_charged is true" }] },
    { terms: [] },
    ({ terms }) => (terms as unknown[]).length,
  ],
  [
    "/review-settings",
    { minimum_confidence_score: 0.9, separate_rule_writers: true },
    { minimum_confidence_score: 0.1, separate_rule_writers: false, deployment_keys_activate: true },
    (body) => [body.minimum_confidence_score, body.separate_rule_writers, body.deployment_keys_activate],
  ],
  [
    "/review-settings",
    { templates: { pay: { text: "pay {amount}", noun: "payment" } }, tool_thresholds: { pay: 0.9 } },
    { templates: {}, tool_thresholds: {} },
    ({ templates, tool_thresholds }) => [templates, tool_thresholds],
  ],
  ["/notification-settings", { routes: [route] }, { routes: [] }, ({ routes }) => (routes as unknown[]).length],
  [
    "/tenant-settings",
    { delivery_retention_days: 90 },
    { delivery_retention_days: 7 },
    ({ delivery_retention_days }) => delivery_retention_days,
  ],
];

describe("what a key writes to a document that governs", () => {
  it.each(documents)("%s: waits for a member, who may confirm it", async (path, members, keys, shown) => {
    const { owner, key } = await newTenant();
    const set = await owner("PUT", path, members);
    expect(set.status).toBe(200);
    const written = await key("PUT", path, keys);
    expect([written.status, shown(written.body)]).toEqual([200, shown(set.body)]);
    expect(shown((await owner("GET", path)).body)).toEqual(shown(set.body));
    const [proposed, ...others] = await waiting(owner);
    expect([proposed?.proposed_by, others]).toEqual(["ci", []]);
    expect((await owner("POST", `/proposals/${proposed?.proposal_id}/confirm`)).body.proposals).toEqual([]);
    const confirmed = (await owner("GET", path)).body;
    expect(shown(confirmed)).not.toEqual(shown(set.body));
    expect(shown(confirmed)).toEqual(shown((await owner("PUT", path, keys)).body));
  });

  it.each(documents)(
    "%s: takes the place of what the key proposed before, and may be discarded",
    async (path, members, keys, shown) => {
      const { clientId, owner, key } = await newTenant();
      const set = await owner("PUT", path, members);
      await key("PUT", path, members);
      const [first] = await waiting(owner);
      await key("PUT", path, keys);
      await key("PUT", path, keys);
      const [second, ...others] = await waiting(owner);
      expect(others).toEqual([]);
      expect((await owner("POST", `/proposals/${first?.proposal_id}/confirm`)).body.code).toBe("not_found");
      const another = await stack.addKey(clientId, { scopes, name: "another" });
      await another("PUT", path, keys);
      expect((await owner("DELETE", `/proposals/${second?.proposal_id}`)).body.proposals).toMatchObject([
        { proposed_by: "another" },
      ]);
      expect(shown((await owner("GET", path)).body)).toEqual(shown(set.body));
    },
  );

  it("is confirmed and discarded by members alone", async () => {
    const { owner, key } = await newTenant();
    await key("PUT", "/tools/pay/mapping", amountIs("tip"));
    const [proposed] = await waiting(owner);
    for (const [method, path] of [
      ["POST", `/proposals/${proposed?.proposal_id}/confirm`],
      ["DELETE", `/proposals/${proposed?.proposal_id}`],
      ["DELETE", "/tools/pay/mapping"],
    ] as const) {
      const answer = await key(method, path);
      expect([path, answer.status, answer.body.code]).toEqual([path, 403, "member_required"]);
    }
    expect(await waiting(owner)).toEqual([proposed]);
  });

  it("of settings is shown to those alone who may read settings", async () => {
    const { clientId, key } = await newTenant();
    await key("PUT", "/review-settings", { minimum_confidence_score: 0.1 });
    await key("PUT", "/tools/pay/mapping", amountIs("tip"));
    const reader = await stack.addKey(clientId, { scopes: ["policies:read"] });
    expect((await waiting(reader)).map(({ kind }) => kind)).toEqual(["mapping"]);
  });

  it("is refused as a member's would be, where it does not fit", async () => {
    const { owner, key } = await newTenant();
    const unread = await key("PUT", "/policy-terms", { terms: [{ phrase: "a term", meaning: "whatever it is" }] });
    const currency = { ...amountIs("tip"), amount: { ...amountIs("tip").amount, currency: { code: "QQQ" } } };
    const unknown = await key("PUT", "/tools/pay/mapping", currency);
    expect([unread.body.code, unknown.body.code, await waiting(owner)]).toEqual(["invalid_body", "invalid_body", []]);
  });

  it("never confirms a mapping: rules over the amount pause until a member does", async () => {
    const { owner, key } = await newTenant();
    await registers(owner, ["Payments up to 100 USD may be approved automatically."]);
    await key("PUT", "/tools/pay/mapping", amountIs("amount"));
    expect(await status(key, call(5))).toBe("pending_review");
    const [proposed] = await waiting(owner);
    await owner("POST", `/proposals/${proposed?.proposal_id}/confirm`);
    expect(await status(key, call(5))).toBe("approved");
  });

  it("passes no denial: neither by a mapping, nor by terms, nor by both", async () => {
    const { owner, key } = await newTenant();
    await owner("PUT", "/tools/pay/mapping", amountIs("amount"));
    await owner("PUT", "/policy-terms", { terms: [{ phrase: "charged card", meaning: "card_charged is true" }] });
    await registers(owner, [
      ...denies,
      "Deny when it is a charged card.",
      "Payments up to 100 USD may be approved automatically.",
    ]);
    await key("PUT", "/tools/pay/mapping", amountIs("tip"));
    await key("PUT", "/policy-terms", { terms: [] });
    expect(await status(key, call(500, 1))).toBe("denied");
  });
});

describe("a change of a mapping or of terms", () => {
  const term = (meaning: string) => ({ terms: [{ phrase: "an odd payment", meaning }] });
  const byTerm = "Never pay for an odd payment.";
  const tooMuch = { name: "Too much", call: call(500, 1), expected: "deny" };

  type Change = { method: string; path: string; body?: object };
  const toTip: Change = { method: "PUT", path: "/tools/pay/mapping", body: amountIs("tip") };
  const forget: Change = { method: "DELETE", path: "/tools/pay/mapping" };
  const noTerms: Change = { method: "PUT", path: "/policy-terms", body: { terms: [] } };
  const otherTool: Change = { method: "PUT", path: "/tools/other/mapping", body: amountIs("tip") };
  const sameAmount: Change = { method: "PUT", path: "/tools/pay/mapping", body: { ...amountIs("amount"), payee: "customer" } };

  const changes: [what: string, rules: string[], kept: object, change: Change, refusal: RegExp | null][] = [
    [
      "another argument as the amount",
      denies,
      tooMuch,
      toTip,
      /^Payments, Too much: must be denied, would be (approved|paused)\.$/,
    ],
    ["no mapping any more", denies, tooMuch, forget, /Too much: must be denied, would be paused/],
    ["a mapping that keeps the amount", denies, tooMuch, sameAmount, null],
    ["a mapping of another tool", denies, tooMuch, otherTool, null],
    ["no terms any more, where no rule uses one", denies, tooMuch, noTerms, null],
    [
      "another argument, where the case fails already and as before",
      denies,
      { name: "Wrong", call: call(5, 1), expected: "deny" },
      toTip,
      null,
    ],
  ];

  it.each(changes)("%s", async (_, rules, kept, { method, path, body }, refusal) => {
    const { owner } = await newTenant();
    await owner("PUT", "/tools/pay/mapping", amountIs("amount"));
    await registers(owner, rules);
    await owner("POST", "/policies/p/cases", kept);
    const answer = await owner(method, path, body);
    if (refusal === null) return expect(answer.status).toBe(200);
    expect([answer.status, answer.body.code]).toEqual([409, "cases_failed"]);
    expect(answer.body.detail).toMatch(refusal);
    expect((await owner("GET", "/tools/pay/mapping")).body.mapping.amount.path).toBe("amount");
  });

  it("of terms is refused where a case fails by it, and names every case of every policy", async () => {
    const { owner } = await newTenant();
    await owner("PUT", "/policy-terms", term("card_charged is true"));
    for (const policy of ["p", "q"]) {
      await registers(owner, [byTerm], policy);
      await owner("POST", `/policies/${policy}/cases`, { ...tooMuch, name: `Odd in ${policy}` });
    }
    const answer = await owner("PUT", "/policy-terms", term("card_charged is false"));
    expect([answer.status, answer.body.code]).toEqual([409, "cases_failed"]);
    expect(answer.body.detail).toContain("Odd in p: must be denied");
    expect(answer.body.detail).toContain("Odd in q: must be denied");
    expect((await owner("GET", "/policy-terms")).body.terms[0].meaning).toBe("card_charged is true");
  });

  it("runs the cases of a policy that is yet to come into force, too", async () => {
    const { owner } = await newTenant();
    await owner("PUT", "/tools/pay/mapping", amountIs("amount"));
    const draft = await owner("POST", "/policies", { policy_id: "p", title: "P", tools: ["pay"], rules: denies, content: "" });
    await owner("POST", "/policies/p/cases", tooMuch);
    const effective_from = new Date(Date.now() + 86_400_000).toISOString();
    await owner("POST", "/policies/p/activate", { policy_version_id: draft.body.policy_version_id, effective_from });
    expect((await owner("PUT", "/tools/pay/mapping", amountIs("tip"))).body.code).toBe("cases_failed");
  });

  it("is refused the same where it confirms what a key proposed, and the proposal goes on waiting", async () => {
    const { owner, key } = await newTenant();
    await owner("PUT", "/tools/pay/mapping", amountIs("amount"));
    await registers(owner, denies);
    await owner("POST", "/policies/p/cases", tooMuch);
    await key("PUT", "/tools/pay/mapping", amountIs("tip"));
    const [proposed] = await waiting(owner);
    const answer = await owner("POST", `/proposals/${proposed?.proposal_id}/confirm`);
    expect([answer.status, answer.body.code]).toEqual([409, "cases_failed"]);
    expect(await waiting(owner)).toEqual([proposed]);
    expect(await status(key, call(500, 1))).toBe("denied");
  });

  it("and another one at the same time never make a case fail together that neither fails alone", async () => {
    const { owner } = await newTenant();
    await owner("PUT", "/tools/pay/mapping", amountIs("amount"));
    await owner("PUT", "/policy-terms", term("card_charged is true"));
    // Denied twice over: by the amount, and by the term.
    await registers(owner, [...denies, byTerm]);
    await owner("POST", "/policies/p/cases", tooMuch);
    const answers = await Promise.all([
      owner("PUT", "/tools/pay/mapping", amountIs("tip")),
      owner("PUT", "/policy-terms", term("card_charged is false")),
    ]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(["changed_meanwhile", "cases_failed"]).toContain(answers.find(({ status }) => status !== 200)?.body.code);
    const { body } = await owner("GET", "/policies/p");
    const { cases } = (await owner("GET", `/policies/p/cases?version=${body.policy_version_id}`)).body;
    expect(cases).toMatchObject([{ passed: true }]);
  });
});

describe("a Confluence source", () => {
  it("that a member added is not removed by a key", async () => {
    const { clientId, owner, key } = await newTenant();
    const database = await stack.tenants.database(clientId);
    const id = crypto.randomUUID();
    const insert = (by: string | null) =>
      database.run(
        `insert into confluence_sources (source_id, base_url, email, space_key, tools, created_by, created_by_id)
         values ($1, 'https://example.com', 'a@example.com', 'S', '{}', 'somebody', $2) on conflict (source_id) do update set created_by_id = $2`,
        [id, by],
      );
    for (const by of ["member:x", null, "key:another"]) {
      await insert(by);
      expect([by, (await key("DELETE", `/confluence/${id}`)).body.code]).toEqual([by, "member_required"]);
    }
    expect((await owner("GET", "/confluence")).body.sources).toHaveLength(1);
    await insert(`key:${key.keyId}`);
    expect((await key("DELETE", `/confluence/${id}`)).status).toBe(200);
  });
});
