import { type Caller, type Replica, type Stack, startStack } from "@ledgix/local/test/stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

// Every settings document, over HTTP: whoever saves over an old copy is told what others changed, and undoes nothing.

let stack: Stack;
let replica: Replica;
let alice: Caller;
let bob: Caller;
let clientId: string;
const ALICE = "alice@example.com";
const BOB = "bob@example.com";

beforeAll(async () => {
  stack = await startStack();
  replica = await stack.addReplica();
  await newTenant();
});
afterAll(() => stack.close());

async function newTenant(): Promise<void> {
  clientId = await stack.addTenant();
  const unique = `${crypto.randomUUID().slice(0, 8)}.`;
  alice = await stack.addMember(clientId, "admin", unique + ALICE);
  bob = await stack.addMember(clientId, "owner", unique + BOB);
}

const rule = (id: string, more: object = {}) => ({ id, name: `Rule ${id}`, ...more });
const route = (id: string, more: object = {}) => ({ id, name: `Route ${id}`, events: ["review.pending"], ...more });

type Case = {
  path: string;
  /** A change that differs from every other's. */
  change: (n: number) => object;
  /** What differs, where the second change was made over the first. */
  changed: [part: string, item: string | null, how: string][];
};
const documents: Case[] = [
  {
    path: "/review-settings",
    change: (n) => ({ rules: [rule("two", { approvals: 2 }), rule(`r${n}`)] }),
    changed: [
      ["rules", "r1", "removed"],
      ["rules", "r2", "added"],
    ],
  },
  {
    path: "/review-settings",
    change: (n) => ({ templates: { pay: { text: `pay ${n}`, noun: "payment" } } }),
    changed: [["templates", "pay", "changed"]],
  },
  {
    path: "/review-settings",
    change: (n) => ({ minimum_confidence_score: n / 100 }),
    changed: [["minimum_confidence_score", null, "changed"]],
  },
  {
    path: "/review-settings",
    change: (n) => ({ tool_thresholds: { pay: 0.5, [`pay_${n}`]: 0.9 } }),
    changed: [
      ["tool_thresholds", "pay_1", "removed"],
      ["tool_thresholds", "pay_2", "added"],
    ],
  },
  {
    path: "/notification-settings",
    change: (n) => ({ routes: [route("all"), route("some", { after: 60 * n })] }),
    changed: [["routes", "some", "changed"]],
  },
  {
    path: "/notification-settings",
    change: (n) => ({ quiet_hours: { days: [1], from: "20:00", to: `0${n % 10}:00` } }),
    changed: [["quiet_hours", null, "changed"]],
  },
  {
    path: "/tenant-settings",
    change: (n) => ({ delivery_retention_days: 10 + n }),
    changed: [["delivery_retention_days", null, "changed"]],
  },
  {
    path: "/policy-terms",
    change: (n) => ({
      terms: [
        { phrase: "a large payment", meaning: `amount is over ${n}` },
        { phrase: `word ${n}`, meaning: "flag is true" },
      ],
    }),
    changed: [
      ["terms", "large payment", "changed"],
      ["terms", "word 1", "removed"],
      ["terms", "word 2", "added"],
    ],
  },
  {
    path: "/tools/pay/mapping",
    change: (n) => ({ acts: ["payment"], payee: `to_${n}`, known_arguments: ["amount", `to_${n}`] }),
    changed: [
      ["known_arguments", "to_1", "removed"],
      ["known_arguments", "to_2", "added"],
      ["payee", null, "changed"],
    ],
  },
];
const named = documents.map((document) => [`${document.path} (${document.changed[0]?.[0]})`, document] as const);

const tagOf = async (who: Caller, path: string) => String((await who("GET", path)).headers.get("etag"));
const save = (who: Caller, path: string, body: object, ifMatch?: string) =>
  who("PUT", path, body, ifMatch === undefined ? {} : { "if-match": ifMatch });

describe.each(named)("%s", (_, { path, change, changed }) => {
  it("answers its version, and takes a change over it", async () => {
    for (const n of [5, 6]) {
      const tag = await tagOf(bob, path);
      expect(tag).toMatch(/^"[^"]+"$/);
      const saved = await save(bob, path, change(n), tag);
      expect([saved.status, saved.headers.get("etag") === tag]).toEqual([200, false]);
      expect(await tagOf(alice, path)).toBe(saved.headers.get("etag"));
    }
  });

  it("refuses a change over an older version, says who changed what, and changes nothing", async () => {
    await save(alice, path, change(0));
    const older = await tagOf(bob, path);
    await save(alice, path, change(1));
    const tag = await tagOf(bob, path);
    await save(alice, path, change(2), tag);
    const now = await bob("GET", path);
    const refused = await save(bob, path, change(3), tag);
    expect([refused.status, refused.body.code]).toEqual([412, "settings_changed"]);
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
    expect(refused.body.changed_by).toContain(ALICE);
    expect(refused.body.detail).toContain(ALICE);
    expect(Math.abs(Date.parse(refused.body.changed_at) - Date.now())).toBeLessThan(600_000);
    const found = refused.body.changed.map((each: Record<string, string | null>) => [each.part, each.item, each.how]);
    expect(found.toSorted()).toEqual(changed.toSorted());
    for (const each of refused.body.changed) expect(each.changed_by).toContain(ALICE);
    expect(refused.body.current).toEqual(now.body);
    expect(`"${refused.body.current.version}"`).toBe(now.headers.get("etag"));
    expect(await bob("GET", path)).toMatchObject({ body: now.body });
    const overOlder = await save(bob, path, change(3), older);
    expect([overOlder.status, overOlder.body.changed.length > 0]).toEqual([412, true]);
    expect((await save(bob, path, change(3), `"${refused.body.current.version}"`)).status).toBe(200);
  });

  it("a change that was taken back makes the version an older one too", async () => {
    await save(alice, path, change(1));
    const tag = await tagOf(bob, path);
    await save(alice, path, change(2));
    await save(alice, path, change(1));
    const refused = await save(bob, path, change(3), tag);
    expect([refused.status, refused.body.changed]).toEqual([412, []]);
  });

  it("of many at once over one version one wins, also on two replicas", async () => {
    await save(alice, path, change(1));
    const tag = await tagOf(bob, path);
    const numbers = [2, 3, 4, 5, 6, 7];
    const answers = await Promise.all(
      numbers.map((n) => save(n % 2 ? alice : bob, (n % 2 ? replica.url : "") + path, change(n), tag)),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412, 412, 412, 412, 412]);
    const winner = answers.find(({ status }) => status === 200);
    expect(await tagOf(alice, path)).toBe(winner?.headers.get("etag"));
    for (const { status, body } of answers) if (status === 412) expect(body.changed.length).toBeGreaterThan(0);
  });

  it("is saved as before by whoever names no version", async () => {
    for (const n of [1, 2, 3]) expect((await save(bob, path, change(n))).status).toBe(200);
  });

  const tags: [spelling: string, write: (tag: string) => string, status: number][] = [
    ["the tag", (tag) => tag, 200],
    ["a star", () => "*", 200],
    ["a star in blanks", () => " * ", 200],
    ["a list that has it", (tag) => `"1.0", ${tag}, "x,y"`, 200],
    ["a list with empty members", (tag) => `, ,${tag} ,, `, 200],
    ["a weak tag beside it", (tag) => `W/${tag}, ${tag}`, 200],
    ["its weak form", (tag) => `W/${tag}`, 412],
    ["an empty tag", () => '""', 412],
    ["another's tag", () => '"1.44136fa355b3678a"', 412],
    ["a part of it", (tag) => `${tag.slice(0, -2)}"`, 412],
    ["its counter with another content", (tag) => `${tag.split(".")[0]}.0000000000000000"`, 412],
    ["a list inside one tag", (tag) => `"x,${tag.slice(1)}`, 412],
    ["it without quotes", (tag) => tag.slice(1, -1), 400],
    ["an open quote", (tag) => tag.slice(0, -1), 400],
    ["a small w", (tag) => `w/${tag}`, 400],
    ["two without a comma", (tag) => `${tag} ${tag}`, 400],
    ["a star beside it", (tag) => `*, ${tag}`, 400],
    ["something after it", (tag) => `${tag};x`, 400],
    ["commas alone", () => ",,", 400],
    ["nothing", () => "", 400],
  ];
  it("compares tags as RFC 9110 says, and refuses what is none", async () => {
    await save(alice, path, change(1));
    for (const [n, [spelling, write, status]] of tags.entries()) {
      const tag = await tagOf(bob, path);
      const answer = await save(bob, path, change(n + 2), write(tag));
      expect([spelling, answer.status]).toEqual([spelling, status]);
      expect([spelling, (await tagOf(bob, path)) === tag]).toEqual([spelling, status !== 200]);
      if (status === 400) expect(answer.body.code).toBe("invalid_header");
    }
  });
});

describe("what others changed", () => {
  it("names for each item who changed it last, over several changes", async () => {
    await newTenant();
    await save(alice, "/review-settings", { rules: [rule("a", { approvals: 2 }), rule("b"), rule("c")] });
    const tag = await tagOf(bob, "/review-settings");
    await save(alice, "/review-settings", { rules: [rule("c"), rule("b", { reason: "required" })] });
    await save(bob, "/review-settings", { deny_uncovered: true });
    const { body } = await save(bob, "/review-settings", { rules: [] }, tag);
    const said = Object.fromEntries(
      body.changed.map((each: Record<string, string>) => [
        `${each.part} ${each.item} ${each.how}`,
        each.changed_by?.split(".").slice(1).join("."),
      ]),
    );
    expect(said).toEqual({
      "rules a removed": ALICE,
      "rules b changed": ALICE,
      "rules null moved": ALICE,
      "deny_uncovered null changed": BOB,
    });
    expect(body.changed_by).toContain(BOB);
  });

  it("is said from before anybody had chosen anything, too", async () => {
    await newTenant();
    const tag = await tagOf(bob, "/review-settings");
    await save(alice, "/review-settings", { deny_uncovered: true });
    const { body } = await save(bob, "/review-settings", { rules: [rule("a")] }, tag);
    expect(body.changed).toMatchObject([{ part: "deny_uncovered", item: null, how: "changed" }]);
  });

  it("is said too where somebody wrote past the versions, and where the caller's version is not known", async () => {
    await save(alice, "/review-settings", { rules: [rule("a")], deny_uncovered: false });
    const tag = await tagOf(bob, "/review-settings");
    const database = await stack.tenants.database(clientId);
    await database.run(
      `update settings set value = '{"rules":[],"deny_uncovered":true}', updated_by = 'older@example.com',
         updated_at = clock_timestamp() where name = 'review'`,
    );
    const refused = await save(bob, "/review-settings", { rules: [rule("a")] }, tag);
    expect([refused.status, refused.body.changed_by]).toEqual([412, "older@example.com"]);
    expect(refused.body.changed.map(({ part, item, how }: Record<string, string>) => [part, item, how])).toEqual([
      ["rules", "a", "removed"],
      ["deny_uncovered", null, "changed"],
    ]);
    const unknown = await save(bob, "/review-settings", { rules: [] }, '"7.0000000000000000"');
    expect([unknown.status, unknown.body.changed, unknown.body.current.deny_uncovered]).toEqual([412, null, true]);
  });

  it("a stale tab does not bring a deleted rule back, nor delete a new one", async () => {
    const two = rule("two", { approvals: 2 });
    await save(alice, "/review-settings", { rules: [two] });
    const tab = await tagOf(bob, "/review-settings");
    await save(alice, "/review-settings", { rules: [rule("new", { approvals: 2 })] });
    expect((await save(bob, "/review-settings", { rules: [two, rule("mine")] }, tab)).status).toBe(412);
    expect((await bob("GET", "/review-settings")).body.rules.map(({ id }: { id: string }) => id)).toEqual(["new"]);
  });

  it("a refused change leaves no trace in the audit trail", async () => {
    const tag = await tagOf(bob, "/policy-terms");
    await save(alice, "/policy-terms", { terms: [{ phrase: "large", meaning: "amount is over 5" }] });
    const count = () =>
      stack.controlPlane.row(
        z.object({ count: z.coerce.number() }),
        "select count(*) from public.audit_events where client_id = $1",
        [clientId],
      );
    const before = await count();
    expect((await save(bob, "/policy-terms", { terms: [] }, tag)).status).toBe(412);
    expect(await count()).toEqual(before);
  });
});

describe("the mapping of a tool", () => {
  const path = "/tools/wire/mapping";
  it("is not forgotten by whoever saw another one; what nobody confirmed has a version of its own", async () => {
    const none = await bob("GET", path);
    expect(none.body).toMatchObject({ tool_name: "wire", mapping: null, confirmed_by: null });
    await save(alice, path, { payee: "to" });
    const refused = await save(bob, path, { payee: "customer" }, String(none.headers.get("etag")));
    expect([refused.status, refused.body.current.mapping.payee]).toEqual([412, "to"]);
    expect((await bob("DELETE", path, undefined, { "if-match": String(none.headers.get("etag")) })).status).toBe(412);
    const seen = await tagOf(bob, path);
    expect((await bob("DELETE", path, undefined, { "if-match": seen })).status).toBe(200);
    const late = await save(alice, path, { payee: "to" }, seen);
    expect([late.status, late.body.current.mapping]).toEqual([412, null]);
    expect(late.body.changed_by).toContain(BOB);
  });

  it("has in the list of tools the version that it has alone", async () => {
    await save(alice, path, { payee: "to" });
    const tool = (await bob("GET", "/tools")).body.tools.find((each: { tool_name: string }) => each.tool_name === "wire");
    expect(`"${tool.version}"`).toBe(await tagOf(bob, path));
  });
});
