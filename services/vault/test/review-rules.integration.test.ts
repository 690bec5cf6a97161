import { type Caller, until } from "@ledgix/local/test/stack";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Refunds, refund, startRefunds } from "./refunds.ts";

let refunds: Refunds;
let admin: Caller;
let risk: Caller;
const RISK = "risk@example.com";
const REVIEWER = "reviewer@example.com";

beforeAll(async () => {
  refunds = await startRefunds();
  admin = await refunds.stack.addMember(refunds.clientId, "admin", "admin@example.com");
  risk = await refunds.stack.addMember(refunds.clientId, "reviewer", RISK);
});
afterAll(() => refunds.stack.close());
beforeEach(() => setRules([]));

const rule = (more: object) => ({ id: "r1", name: "Large refunds", ...more });
async function setRules(rules: object[], more: object = {}): Promise<void> {
  const answer = await refunds.owner("PUT", "/review-settings", { rules, separate_key_creators: false, ...more });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
}
const approve = (who: Caller, id: string, reason = "") =>
  who("POST", `/reviews/${id}/decision`, { approved: true, review_reason: reason });
const deny = (who: Caller, id: string, reason = "") =>
  who("POST", `/reviews/${id}/decision`, { approved: false, review_reason: reason });
const caseOf = async (who: Caller, id: string) => (await who("GET", `/reviews/${id}`)).body;

describe("who may decide", () => {
  it("a rule that names a role or members keeps everybody else out, on each way to Vault", async () => {
    await setRules([
      rule({ when: { tools: ["stripe_*"], amount_over: 1000 }, reviewers: { roles: ["owner"], members: [RISK] } }),
    ]);
    const id = await refunds.pause();
    const refused = await approve(refunds.reviewer, id);
    expect([refused.status, refused.body.code]).toEqual([403, "not_a_reviewer"]);
    expect(refused.body.detail).toContain("an owner or risk@example.com");
    expect((await caseOf(refunds.reviewer, id)).hindrance.code).toBe("not_a_reviewer");
    expect((await caseOf(risk, id)).hindrance).toBeNull();
    const batch = await refunds.reviewer("POST", "/reviews/decisions", { approved: true, request_ids: [id] });
    expect(batch.body.results).toEqual([{ request_id: id, ok: false, status: "pending_review", detail: refused.body.detail }]);
    const decider = await refunds.stack.addKey(refunds.clientId, { scopes: ["reviews:decide"] });
    expect((await approve(decider, id)).body.code).toBe("not_a_reviewer");
    expect((await approve(risk, id)).body.status).toBe("approved");
  });

  it("the rule of a case is the one of its pause: loosening the rules later does not open it", async () => {
    await setRules([rule({ reviewers: { roles: ["owner"] } })]);
    const id = await refunds.pause();
    await setRules([]);
    expect((await approve(refunds.reviewer, id)).body.code).toBe("not_a_reviewer");
    expect((await approve(refunds.owner, id)).status).toBe(200);
  });

  it("a rule by amount cannot be dodged by leaving the amount or its currency out", async () => {
    await setRules([rule({ when: { amount_over: 10_000, currency: "EUR" }, reviewers: { roles: ["owner"] } })]);
    const ask = async (tool_args: object) =>
      (await refunds.agent("POST", "/request-clearance", { ...refund, tool_args })).body.request_id;
    for (const args of [{ customer: "cus_1" }, { amount: 500 }, { amount: 500, currency: "usd" }])
      expect((await caseOf(refunds.reviewer, await ask(args))).hindrance?.code).toBe("not_a_reviewer");
    expect((await caseOf(refunds.reviewer, await ask({ amount: 500, currency: "eur" }))).hindrance).toBeNull();
  });

  it("nobody decides a request of a key that they created, where the tenant says so", async () => {
    const { stack, clientId } = refunds;
    const id = await refunds.pause();
    const [member] = await stack.controlPlane.rows(
      z.object({ user_id: z.string() }),
      "select user_id::text from public.memberships where client_id = $1 and email = $2",
      [clientId, REVIEWER],
    );
    await stack.controlPlane.run("update public.api_keys set created_by = $2 where client_id = $1 and name = 'payments-worker'", [
      clientId,
      member?.user_id ?? "",
    ]);
    expect((await caseOf(refunds.reviewer, id)).hindrance).toBeNull();
    await setRules([], { separate_key_creators: true });
    expect((await approve(refunds.reviewer, id)).body.code).toBe("own_request");
    expect((await approve(admin, id)).status).toBe(200);
  });
});

describe("two people", () => {
  const two = [rule({ approvals: 2 })];

  it("the first approval is kept and shown, the second decides; one person is one approval", async () => {
    await setRules(two);
    const id = await refunds.pause();
    const first = await approve(refunds.reviewer, id, "Looks right.");
    expect(first.body).toMatchObject({ status: "pending_review", approvals: 1, approvals_needed: 2 });
    expect(first.body.votes).toMatchObject([{ by: REVIEWER, channel: "console", reason: "Looks right." }]);
    expect((await approve(refunds.reviewer, id)).body).toMatchObject({ status: "pending_review", approvals: 1 });
    expect((await refunds.agent("GET", `/clearance-status/${id}`)).body).toMatchObject({ status: "pending_review", token: null });
    const second = await approve(risk, id);
    expect(second.body).toMatchObject({ status: "approved", decided_by: `${REVIEWER} and ${RISK}` });
    expect(second.body.timeline.map((entry: { type: string }) => entry.type)).toEqual([
      "clearance.paused",
      "review.endorsed",
      "review.approved",
    ]);
    expect((await refunds.agent("GET", `/clearance-status/${id}`)).body.token).toMatch(/^ey/);
  });

  it("one denial denies", async () => {
    await setRules(two);
    const id = await refunds.pause();
    await approve(refunds.reviewer, id);
    expect((await deny(risk, id)).body.status).toBe("denied");
    expect((await approve(admin, id)).body.code).toBe("already_decided");
  });

  it("of many who approve at the same moment, two are enough and one decision stands", async () => {
    await setRules(two);
    const id = await refunds.pause();
    const people = await Promise.all(Array.from({ length: 10 }, () => refunds.stack.addMember(refunds.clientId, "reviewer")));
    const answers = await Promise.all(people.map((person) => approve(person, id)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
    const { timeline, votes } = await caseOf(admin, id);
    expect(votes).toHaveLength(2);
    expect(timeline.filter((entry: { type: string }) => entry.type === "review.approved")).toHaveLength(1);
  });
});

describe("reasons", () => {
  it("are demanded where the rule says so, and the case stays as it was", async () => {
    await setRules([rule({ reason: "required_to_deny" })]);
    const id = await refunds.pause();
    expect((await deny(refunds.reviewer, id, "  ")).body.code).toBe("reason_required");
    expect((await caseOf(refunds.reviewer, id)).status).toBe("pending_review");
    expect((await deny(refunds.reviewer, id, "Not a duplicate.")).body).toMatchObject({
      status: "denied",
      review_reason: "Not a duplicate.",
    });
    await setRules([rule({ reason: "required" })]);
    expect((await approve(refunds.reviewer, await refunds.pause())).body.code).toBe("reason_required");
  });
});

describe("time to answer", () => {
  /** As if the deadline had passed. */
  const pass = async (id: string) => {
    const database = await refunds.stack.tenants.database(refunds.clientId);
    await database.run("update clearance_requests set due_at = now() - interval '1 second' where request_id = $1", [id]);
  };

  it("a case escalates to those whom the rule names, then is denied, each in the ledger or the queue", async () => {
    await setRules([
      rule({ reviewers: { members: [RISK] }, answer_within: 3600, escalate_to: { roles: ["admin"] }, when_unanswered: "deny" }),
    ]);
    const id = await refunds.pause();
    expect((await caseOf(admin, id)).hindrance.code).toBe("not_a_reviewer");
    await pass(id);
    const escalated = await until(
      () => caseOf(admin, id),
      (review) => review.escalated_at !== null,
    );
    expect(escalated).toMatchObject({ status: "pending_review", hindrance: null });
    expect(Date.parse(escalated.due_at)).toBeGreaterThan(Date.now() + 3_000_000);
    await pass(id);
    const expired = await until(
      () => caseOf(admin, id),
      (review) => review.status === "denied",
    );
    expect(expired.timeline.at(-1)).toMatchObject({ type: "review.expired", actor: null });
    expect((await refunds.agent("GET", `/clearance-status/${id}`)).body).toMatchObject({
      status: "denied",
      reason_code: "review_expired",
      token: null,
    });
    expect((await approve(risk, id)).body.code).toBe("already_decided");
  });

  it("a case that may wait for ever waits for ever", async () => {
    await setRules([rule({ answer_within: 3600, when_unanswered: "wait" })]);
    const id = await refunds.pause();
    await pass(id);
    const waiting = await until(
      () => caseOf(admin, id),
      (review) => review.due_at === null,
    );
    expect(waiting.status).toBe("pending_review");
  });
});

describe("duty and absence", () => {
  it("cases go to the first on duty, past those who are away, and a stand-in decides for the absent", async () => {
    await setRules([rule({ reviewers: { members: [RISK] }, on_call: [RISK, "admin@example.com"] })]);
    expect((await caseOf(admin, await refunds.pause())).assignee).toBe(RISK);
    const away = {
      delegate: REVIEWER,
      from: new Date(Date.now() - 60_000).toISOString(),
      until: new Date(Date.now() + 3_600_000).toISOString(),
    };
    const set = await risk("PUT", "/absence", { absence: away });
    expect(set.body.absences).toEqual([{ member: RISK, ...away }]);
    const id = await refunds.pause();
    expect((await caseOf(admin, id)).assignee).toBe("admin@example.com");
    expect((await caseOf(admin, id)).hindrance.code).toBe("not_a_reviewer");
    expect((await approve(refunds.reviewer, id)).body.status).toBe("approved");
    const bad = await risk("PUT", "/absence", { absence: { ...away, until: away.from } });
    expect([bad.status, bad.body.detail]).toEqual([422, "The absence must end after it begins."]);
    await risk("PUT", "/absence", { absence: null });
    expect((await approve(refunds.reviewer, await refunds.pause())).body.code).toBe("not_a_reviewer");
  });

  it("a case is taken, given, and given back; only to members who decide", async () => {
    const id = await refunds.pause();
    const taken = await refunds.reviewer("PUT", `/reviews/${id}/assignment`, { assignee: REVIEWER });
    expect(taken.body.assignee).toBe(REVIEWER);
    const mine = async (who: Caller) =>
      (await who("GET", "/reviews?assignee=me")).body.reviews.map((review: { request_id: string }) => review.request_id);
    expect(await mine(refunds.reviewer)).toEqual([id]);
    expect(await mine(risk)).not.toContain(id);
    const compliance = await refunds.stack.addMember(refunds.clientId, "compliance", "compliance@example.com");
    expect((await risk("PUT", `/reviews/${id}/assignment`, { assignee: "compliance@example.com" })).status).toBe(422);
    expect((await compliance("PUT", `/reviews/${id}/assignment`, { assignee: null })).status).toBe(403);
    expect((await risk("PUT", `/reviews/${id}/assignment`, { assignee: null })).body.assignee).toBeNull();
  });
});

describe("talk and order", () => {
  it("comments name members, and nobody else", async () => {
    const id = await refunds.pause();
    const commented = await refunds.reviewer("POST", `/reviews/${id}/comments`, {
      text: "@risk@example.com is this the customer of last week? cc @nobody@example.com",
    });
    expect(commented.status).toBe(201);
    expect(commented.body.comments).toMatchObject([{ author: REVIEWER, mentions: [RISK] }]);
    expect((await refunds.reviewer("POST", `/reviews/${id}/comments`, { text: "  " })).status).toBe(422);
  });

  it("a batch decides each case by itself and says what became of it", async () => {
    const [one, two] = [await refunds.pause(), await refunds.pause()];
    await deny(risk, two, "No.");
    const unknown = crypto.randomUUID();
    const { body } = await refunds.reviewer("POST", "/reviews/decisions", { approved: true, request_ids: [one, two, unknown] });
    expect(body.results).toEqual([
      { request_id: one, ok: true, status: "approved", detail: null },
      { request_id: two, ok: false, status: "denied", detail: `${RISK} already denied this request.` },
      { request_id: unknown, ok: false, status: null, detail: "There is no case of this id." },
    ]);
  });

  it("the queue is filtered by amount, age, words and order; views of it are kept, one's own and shared ones", async () => {
    const ask = async (amount: number, customer: string) =>
      (await refunds.agent("POST", "/request-clearance", { ...refund, tool_args: { amount, currency: "usd", customer } })).body
        .request_id;
    const [small, large] = [await ask(301, "cus_alpha"), await ask(4_001, "cus_beta")];
    const ids = async (query: string) =>
      (await refunds.reviewer("GET", `/reviews?${query}`)).body.reviews.map(
        (review: { request_id: string }) => review.request_id,
      );
    expect(await ids("amount_min=4000&amount_max=4500")).toEqual([large]);
    expect(await ids("q=cus_alp")).toEqual([small]);
    expect(await ids('q="stripe_refund" cus_beta')).toEqual([large]);
    expect(await ids("q=-")).toEqual([]);
    expect(await ids('q=-"a b"')).not.toEqual([]);
    expect(await ids("older_than=3600")).toEqual([]);
    expect((await ids("sort=oldest")).at(-1)).toBe(large);
    expect(await ids("principal=payments-worker&limit=1")).toEqual([large]);

    await refunds.reviewer("POST", "/review-views", { name: "Mine", query: "assignee=me" });
    const shared = await refunds.reviewer("POST", "/review-views", { name: "Large", query: "amount_min=1000", is_shared: true });
    expect(shared.body.views).toMatchObject([
      { name: "Large", is_own: true },
      { name: "Mine", is_own: true },
    ]);
    const seen = (await risk("GET", "/review-views")).body.views;
    expect(seen).toMatchObject([{ name: "Large", is_own: false, owner: REVIEWER }]);
    expect((await risk("DELETE", `/review-views/${seen[0].view_id}`)).status).toBe(404);
    expect((await refunds.reviewer("DELETE", `/review-views/${seen[0].view_id}`)).body.views).toHaveLength(1);
  });
});

describe("settings", () => {
  it("a threshold of a tool stands before the tenant's; templates are checked; each change is an audit event", async () => {
    await refunds.owner("PUT", "/review-settings", { tool_thresholds: { stripe_refund: 1 } });
    const answer = await refunds.agent("POST", "/request-clearance", { ...refund, tool_args: { amount: 45, currency: "usd" } });
    expect(answer.body).toMatchObject({ status: "pending_review", minimum_confidence_score: 1, reason_code: "below_threshold" });
    await refunds.owner("PUT", "/review-settings", { tool_thresholds: {} });
    const bad = await refunds.owner("PUT", "/review-settings", { templates: { t: { text: "refund {amount", noun: "refund" } } });
    expect([bad.status, bad.body.detail]).toEqual([
      422,
      "The template of t: A brace is open. Write an argument as {name} or {name:money}.",
    ]);
    const events = await refunds.stack.controlPlane.rows(
      z.object({ detail: z.json() }),
      "select detail from public.audit_events where client_id = $1 and action = 'settings.reviews_changed' order by id desc limit 1",
      [refunds.clientId],
    );
    expect(events[0]?.detail).toEqual({
      before: { tool_thresholds: { stripe_refund: 1 } },
      after: { tool_thresholds: {} },
    });
  });
});
