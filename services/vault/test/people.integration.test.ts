import type { Scope } from "@ledgix/contract/permissions";
import { type Caller, until } from "@ledgix/local/test/stack";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Refunds, refund, startRefunds } from "./refunds.ts";

let refunds: Refunds;
let admin: Caller;
beforeAll(async () => {
  refunds = await startRefunds();
  admin = await refunds.stack.addMember(refunds.clientId, "admin", "admin@example.com");
});
afterAll(() => refunds.stack.close());
beforeEach(() => setRules([]));

const OFF = { separate_key_creators: false, minimum_membership_days: 0 };
const rule = (more: object) => ({ id: "r1", name: "Large refunds", ...more });
const putRules = (rules: object[], more: object = {}) => refunds.owner("PUT", "/review-settings", { ...OFF, rules, ...more });
async function setRules(rules: object[], more: object = {}): Promise<void> {
  const answer = await putRules(rules, more);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
}
const controlPlane = () => refunds.stack.controlPlane;
const OF = "where client_id = $1 and lower(email) = $2";
const remove = (email: string) => controlPlane().run(`delete from public.memberships ${OF}`, [refunds.clientId, email]);
const demote = (email: string, role = "compliance") =>
  controlPlane().run(`update public.memberships set role = $3 ${OF}`, [refunds.clientId, email, role]);
const joinedDaysAgo = (email: string, days: number) =>
  controlPlane().run(`update public.memberships set created_at = now() - make_interval(days => $3) ${OF}`, [
    refunds.clientId,
    email,
    days,
  ]);
const userIdOf = async (email: string) =>
  (
    await controlPlane().row(z.object({ id: z.string() }), `select user_id::text as id from public.memberships ${OF}`, [
      refunds.clientId,
      email,
    ])
  )?.id ?? "";
/** The key belongs to a member, as if they had created it; its family to whoever began it. */
const giveKey = (keyId: string, userId: string | null) =>
  controlPlane().run("update public.api_keys set created_by = $2 where id = $1", [keyId, userId]);
const approve = (who: Caller, id: string) => who("POST", `/reviews/${id}/decision`, { approved: true });
const caseOf = async (id: string, who: Caller = admin) => (await who("GET", `/reviews/${id}`)).body;
let made = 0;
const join = async (role: "owner" | "admin" | "reviewer" = "reviewer") => {
  const email = `person-${++made}@example.com`;
  return { email, call: await refunds.stack.addMember(refunds.clientId, role, email) };
};
const soon = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

describe("an approval where two are asked for", () => {
  const tables: [
    what: string,
    rules: (voter: string) => object,
    end: (voter: string, rules: object) => Promise<unknown>,
    why: RegExp,
  ][] = [
    ["is removed", () => ({}), (voter) => remove(voter), /not a member any more/],
    ["is demoted", () => ({}), (voter) => demote(voter), /role compliance now/],
    [
      "joined too lately for a setting that is raised since",
      () => ({}),
      (_, rules) => setRules([rules], { minimum_membership_days: 3 }),
      /not been a member for long enough/,
    ],
    [
      "has lost the role that the rule names",
      () => ({ reviewers: { roles: ["admin"] } }),
      (voter) => demote(voter, "reviewer"),
      /not among those whom the rule asks for/,
    ],
    [
      "turns out to have made the key that asked",
      () => ({}),
      async (voter, rules) => {
        await setRules([rules], { separate_key_creators: true });
        await controlPlane().run("update public.api_keys set created_by = $2 where client_id = $1 and name = 'payments-worker'", [
          refunds.clientId,
          await userIdOf(voter),
        ]);
      },
      /their own request/,
    ],
  ];

  it.each(tables)("counts no more once its voter %s, and the case says why", async (_, more, end, why) => {
    const [voter, second, third] = [await join("admin"), await join("admin"), await join("admin")];
    for (const { email } of [second, third]) await joinedDaysAgo(email, 30);
    const asked = rule({ approvals: 2, ...more(voter.email) });
    await setRules([asked]);
    const id = await refunds.pause();
    expect((await approve(voter.call, id)).body).toMatchObject({ status: "pending_review", approvals: 1 });
    await end(voter.email, asked);
    const then = (await approve(second.call, id)).body;
    expect(then).toMatchObject({ status: "pending_review", approvals: 1 });
    expect(then.votes).toMatchObject([
      { by: voter.email, not_counting: expect.stringMatching(why) },
      { by: second.email, not_counting: null },
    ]);
    expect((await admin("GET", "/reviews?sort=newest")).body.reviews[0]).toMatchObject({ request_id: id, approvals: 1 });
    const decided = (await approve(third.call, id)).body;
    expect(decided).toMatchObject({ status: "approved", decided_by: `${second.email} and ${third.email}` });
    expect(decided.votes[0].not_counting).toMatch(why);
    await controlPlane().run("update public.api_keys set created_by = null where client_id = $1", [refunds.clientId]);
  });

  it.each([
    ["by their address", (asked: string) => ({ members: [asked, "admin@example.com"] }), "reviewer"],
    ["by their role", () => ({ roles: ["owner"] }), "owner"],
  ] as const)("is one of a member who is asked for %s and of their stand-in, in either order", async (_, reviewers, role) => {
    const [asked, standIn] = [await join(role), await join()];
    await setRules([rule({ approvals: 2, reviewers: reviewers(asked.email) })]);
    await asked.call("PUT", "/absence", { absence: { delegate: standIn.email, from: soon(-1), until: soon(1) } });
    for (const [first, second] of [
      [asked, standIn],
      [standIn, asked],
    ] as const) {
      const id = await refunds.pause();
      expect((await approve(first.call, id)).body).toMatchObject({ status: "pending_review", approvals: 1 });
      await approve(second.call, id);
      expect(await caseOf(id)).toMatchObject({ status: "pending_review", approvals: 1 });
      const other = role === "owner" ? refunds.owner : admin;
      expect((await approve(other, id)).body).toMatchObject({
        status: "approved",
        decided_by: expect.stringContaining(asked.email),
      });
    }
    const id = await refunds.pause();
    await approve(asked.call, id);
    const refused = await approve(standIn.call, id);
    expect([refused.status, refused.body.code, refused.body.detail]).toEqual([
      403,
      "not_a_reviewer",
      expect.stringMatching(/stands in for .*who approved too: that is one approval/),
    ]);
    await asked.call("PUT", "/absence", { absence: null });
  });

  it("is not of somebody whom an owner took in a moment ago, where the tenant asks for some days", async () => {
    await setRules([rule({ approvals: 2 })], { minimum_membership_days: 7 });
    const [old, puppet] = [await join("owner"), await join("owner")];
    await joinedDaysAgo(old.email, 8);
    await joinedDaysAgo(puppet.email, 6);
    for (const order of [
      [old, puppet],
      [puppet, old],
    ]) {
      const id = await refunds.pause();
      const answers = [];
      for (const { call } of order) answers.push((await approve(call, id)).body);
      expect(answers[order.indexOf(puppet)]).toMatchObject({ code: "member_too_new", detail: expect.stringContaining("7 days") });
      expect(await caseOf(id)).toMatchObject({ status: "pending_review", approvals: 1 });
    }
    await setRules([rule({})], { minimum_membership_days: 7 }); // one person is no second one
    expect((await approve(puppet.call, await refunds.pause())).body.status).toBe("approved");
  });

  it("is not given by somebody who was let in before they were removed", async () => {
    await setRules([rule({ approvals: 2 })]);
    const [voter, second] = [await join(), await join()];
    const id = await refunds.pause();
    await voter.call("GET", "/reviews"); // Vault remembers the member from here on
    await remove(voter.email);
    expect((await approve(voter.call, id)).body).toMatchObject({
      code: "forbidden",
      detail: expect.stringContaining("any more"),
    });
    await approve(second.call, id);
    expect(await caseOf(id)).toMatchObject({ status: "pending_review", approvals: 1 });
  });
});

describe("oneself", () => {
  const askedFor = async (human_principal: string, agent: Caller = refunds.agent) =>
    (await agent("POST", "/request-clearance", { ...refund, human_principal })).body.request_id;

  it.each([
    ["reviewer@example.com "],
    ["Reviewer <reviewer@example.com>"],
    ["mailto:reviewer@example.com"],
    ["REVIEWER@EXAMPLE.COM"],
    ["reviewer%40example.com"],
    ["other@example.com, reviewer@example.com"],
  ])("is told however it is written: nobody decides what was asked on behalf of %j", async (written) => {
    const id = await askedFor(written);
    expect((await approve(refunds.reviewer, id)).body.code).toBe("own_request");
    expect((await approve(admin, id)).body.status).toBe("approved");
  });

  it.each([
    [true, 403],
    [false, 200],
  ])(
    "cannot be told of a name that is no address: where separation is asked (%s), deciding it is answered %i and says what to do",
    async (separate_key_creators, status) => {
      await setRules([], { separate_key_creators });
      const answer = await approve(refunds.reviewer, await askedFor("user_4711"));
      expect(answer.status).toBe(status);
      if (status === 403)
        expect(answer.body).toMatchObject({
          code: "own_request",
          detail: expect.stringMatching(/e-mail address as human_principal.*cancelled/s),
        });
    },
  );

  const decider: { scopes: readonly Scope[] } = { scopes: ["reviews:decide"] };
  it.each([
    ["both made by one member", true, "alpha", "alpha", 403],
    ["made by two members", true, "alpha", "beta", 200],
    ["of which nobody knows who made the one that decides", true, "alpha", null, 403],
    ["of which nobody knows who made the one that asks", true, null, "alpha", 403],
    ["both made by one member, where nobody asks for separation", false, "alpha", "alpha", 200],
  ] as const)(
    "has two hands: of keys %s, with separation %s, one decides what the other asks",
    async (_, separate, asks, decides, status) => {
      const people = { alpha: await join("admin"), beta: await join("admin") };
      const [asking, deciding] = [
        await refunds.stack.addKey(refunds.clientId),
        await refunds.stack.addKey(refunds.clientId, decider),
      ];
      await giveKey(asking.keyId, asks && (await userIdOf(people[asks].email)));
      await giveKey(deciding.keyId, decides && (await userIdOf(people[decides].email)));
      await setRules([], { separate_key_creators: separate });
      const id = (await asking("POST", "/request-clearance", refund)).body.request_id;
      const answer = await approve(deciding, id);
      expect([answer.status, answer.body.code]).toEqual([status, status === 403 ? "own_request" : undefined]);
    },
  );

  it.each(["asks", "decides"] as const)(
    "goes on through a rotation: whoever made an earlier key of the family that %s",
    async (side) => {
      const [first, second] = [await join("admin"), await join("admin")];
      const keys = {
        asks: await refunds.stack.addKey(refunds.clientId),
        decides: await refunds.stack.addKey(refunds.clientId, decider),
      };
      const other = side === "asks" ? "decides" : "asks";
      const before = await refunds.stack.addKey(refunds.clientId);
      await controlPlane().run("update public.api_keys set family_id = $2 where id = $1", [before.keyId, keys[side].keyId]);
      await giveKey(before.keyId, await userIdOf(first.email));
      await giveKey(keys[side].keyId, await userIdOf(second.email));
      await giveKey(keys[other].keyId, await userIdOf(first.email));
      await setRules([], { separate_key_creators: true });
      const id = (await keys.asks("POST", "/request-clearance", refund)).body.request_id;
      expect((await approve(keys.decides, id)).body.code).toBe("own_request");
      if (side === "asks") expect((await approve(first.call, id)).body.code).toBe("own_request");
      expect((await approve(refunds.reviewer, id)).body.status).toBe("approved");
    },
  );

  it("is the maker of the key that decides, whatever the tenant asks for", async () => {
    const maker = await join("admin");
    const deciding = await refunds.stack.addKey(refunds.clientId, decider);
    await giveKey(deciding.keyId, await userIdOf(maker.email));
    expect((await approve(deciding, await askedFor(`Maker <${maker.email}>`))).body.code).toBe("own_request");
    expect((await approve(deciding, await askedFor("somebody@example.com"))).status).toBe(200);
  });
});

describe("who is named", () => {
  const stranger = "me@private-mail.example";
  const compliance = "audits@example.com";
  beforeAll(async () => {
    await refunds.stack.addMember(refunds.clientId, "compliance", compliance);
  });

  it.each([
    ["reviewers", (address: string) => rule({ reviewers: { members: [address] } })],
    ["the order of duty", (address: string) => rule({ on_call: ["admin@example.com", address] })],
    ["escalation", (address: string) => rule({ answer_within: 3600, escalate_to: { members: [address] } })],
  ])("in a rule's %s decides cases, or the rule is refused with their address", async (_, ruleOf) => {
    for (const [address, why] of [
      [stranger, "is not a member"],
      [compliance, "has the role compliance"],
    ] as const) {
      const { status, body } = await putRules([rule({ id: "r0", name: "Fine" }), ruleOf(address)]);
      expect([status, body.code]).toEqual([422, "invalid_body"]);
      expect(body.detail).toContain(`The rule Large refunds: ${address} ${why}`);
      expect(body.errors[0].path).toMatch(/^rules\.1\./);
    }
    expect((await putRules([ruleOf(" Reviewer@Example.com ")])).status).toBe(200);
  });

  it.each([
    [
      "as a stand-in",
      (address: string) =>
        refunds.reviewer("PUT", "/absence", { absence: { delegate: address, from: soon(-1), until: soon(1) } }),
    ],
    [
      "for a case",
      async (address: string) => refunds.reviewer("PUT", `/reviews/${await refunds.pause()}/assignment`, { assignee: address }),
    ],
  ])("%s decides cases, or is refused with their address", async (_, name) => {
    for (const address of [stranger, compliance]) {
      const { status, body } = await name(address);
      expect([status, body.code]).toEqual([422, "invalid_body"]);
      expect(body.detail).toContain(address);
    }
    expect((await name("Admin@example.com")).status).toBe(200);
    await refunds.reviewer("PUT", "/absence", { absence: null });
  });

  it("and left is passed over, where others remain; where nobody does, whoever may decide does, and the case says so", async () => {
    const [first, second] = [await join(), await join()];
    await setRules([rule({ reviewers: { members: [first.email, second.email] }, on_call: [first.email, second.email] })]);
    await remove(first.email);
    const passed = await caseOf(await refunds.pause());
    expect(passed).toMatchObject({ assignee: second.email, hindrance: { code: "not_a_reviewer" } });
    expect(passed.passed_over).toEqual([`${first.email} is not a member of this tenant.`]);
    const warned = (await refunds.owner("GET", "/review-settings")).body.warnings;
    expect(warned).toEqual([{ rule_id: "r1", detail: `${first.email} is not a member of this tenant.` }]);

    await demote(second.email);
    const id = await refunds.pause();
    const deserted = await caseOf(id);
    expect(deserted).toMatchObject({ assignee: null, hindrance: null });
    expect(deserted.passed_over.join(" ")).toMatch(/anybody who may decide does.*nobody in particular/);
    const decider = await refunds.stack.addKey(refunds.clientId, { scopes: ["reviews:decide"] });
    expect((await approve(decider, id)).body.code).toBe("not_a_reviewer"); // a key is nobody
    expect((await approve(refunds.reviewer, id)).body.status).toBe("approved");
  });

  it.each([
    ["the absent member left", "absent", remove],
    ["the absent member lost the role", "absent", demote],
    ["the stand-in left", "standIn", remove],
    ["the stand-in lost the role", "standIn", demote],
  ] as const)("as a stand-in decides while both may: not once %s", async (_, whose, end) => {
    const [absent, standIn, remaining] = [await join(), await join(), await join()];
    await setRules([rule({ reviewers: { members: [absent.email, remaining.email] }, on_call: [absent.email] })]);
    await absent.call("PUT", "/absence", { absence: { delegate: standIn.email, from: soon(-1), until: soon(1) } });
    const id = await refunds.pause();
    expect(await caseOf(id, standIn.call)).toMatchObject({ hindrance: null, assignee: standIn.email });
    await end({ absent, standIn }[whose].email);
    expect((await approve(standIn.call, id)).status).toBe(403);
    expect((await caseOf(await refunds.pause())).assignee).toBeNull();
  });
});

describe("whoever leaves, or decides no more", () => {
  it.each([
    ["left", remove],
    ["lost the role", demote],
  ] as const)(
    "leaves no duty behind: cases go to the next on duty, absences and stand-ins end, for one who %s",
    async (_, end) => {
      const [leaving, next, away] = [await join(), await join(), await join()];
      await setRules([rule({ on_call: [leaving.email, next.email], approvals: 2 })]);
      const id = await refunds.pause();
      expect((await approve(leaving.call, id)).body).toMatchObject({ assignee: leaving.email, approvals: 1 });
      await away.call("PUT", "/absence", { absence: { delegate: leaving.email, from: soon(-1), until: soon(1) } });
      await leaving.call("PUT", "/absence", { absence: { delegate: next.email, from: soon(1), until: soon(2) } });
      await end(leaving.email);
      await until(
        async () => (await admin("GET", "/reviews")).body.reviews.find((each: { request_id: string }) => each.request_id === id),
        ({ assignee, approvals }) => assignee === next.email && approvals === 0,
      );
      const { absences } = (await admin("GET", "/absence")).body;
      expect(absences.filter(({ member }: { member: string }) => member === leaving.email)).toEqual([]);
      expect(absences.find(({ member }: { member: string }) => member === away.email)).toMatchObject({ delegate: null });
      await away.call("PUT", "/absence", { absence: null });
      await setRules([rule({ on_call: [next.email] })]);
      const alone = await refunds.pause();
      await end(next.email);
      await until(
        () => caseOf(alone),
        ({ assignee }) => assignee === null,
      );
    },
  );
});
