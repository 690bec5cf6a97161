import { hashIntent, hashToolArgs } from "@ledgix/contract/canonical-json";
import type { JsonObject } from "@ledgix/contract/json";
import { type Caller, until } from "@ledgix/local/test/stack";
import type { TenantDatabase } from "@ledgix/tenancy/tenant-database";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evaluateRequest } from "../clearance/evaluate.ts";
import { readCase, readNotice } from "../notifications/notice.ts";
import { slackMessage } from "../notifications/slack/message.ts";
import { type Refunds, refund, small, startRefunds } from "./refunds.ts";

let refunds: Refunds;
let database: TenantDatabase;
beforeAll(async () => {
  refunds = await startRefunds();
  database = await refunds.stack.tenants.database(refunds.clientId);
});
afterAll(() => refunds.stack.close());

const decide = (who: Caller, id: string, approved: boolean) => who("POST", `/reviews/${id}/decision`, { approved });
const caseOf = async (id: string) => (await refunds.reviewer("GET", `/reviews/${id}`)).body;
const rowOf = async (id: string) =>
  (await refunds.reviewer("GET", "/reviews?status=all")).body.reviews.find(
    (row: { request_id: string }) => row.request_id === id,
  );

const swapped: JsonObject = { amount: 1, currency: "usd", customer: "cus_123" };
const { agent_id, tool_name } = refund;
const all = hashIntent({ agent_id, session_id: "", tool_name, tool_args: swapped });
const set = (assignments: string, values: string[]) => (id: string) =>
  database.run(`update clearance_requests set ${assignments} where request_id = $1`, [id, ...values]);

/** What somebody who can write to the tenant's database alone may do to a request. The last ones are found by the ledger's event. */
const swaps: [string, (id: string) => Promise<unknown>, where: "row" | "event"][] = [
  ["other arguments", set("tool_args = $2::json", [JSON.stringify(swapped)]), "row"],
  ["no object", set("tool_args = $2::json", ["[1]"]), "row"],
  ["a number without end", set("tool_args = $2::json", ['{"amount":1e999}']), "row"],
  ["another tool", set("tool_name = $2", ["wire_transfer"]), "row"],
  ["another agent", set("agent_id = $2", ["other-agent"]), "row"],
  [
    "other arguments with their hash",
    set("tool_args = $2::json, tool_args_hash = $3", [JSON.stringify(swapped), hashToolArgs(swapped)]),
    "row",
  ],
  [
    "emptied, and called redacted",
    set("tool_args = '{}', tool_args_hash = '', redacted_at = now(), redacted_by = $2", ["owner"]),
    "row",
  ],
  [
    "other arguments with all their hashes",
    set("tool_args = $2::json, tool_args_hash = $3, intent_hash = $4", [JSON.stringify(swapped), hashToolArgs(swapped), all]),
    "event",
  ],
  [
    "all of it, and the ledger's event is gone",
    async (id) => {
      await set("tool_args = $2::json, tool_args_hash = $3, intent_hash = $4", [
        JSON.stringify(swapped),
        hashToolArgs(swapped),
        all,
      ])(id);
      await database.run("delete from ledger_events where request_id = $1", [id]);
    },
    "event",
  ],
  [
    "all of it, and the event of another request",
    async (id) => {
      const other = (await refunds.agent("POST", "/request-clearance", { ...refund, tool_args: { ...swapped, amount: 900 } }))
        .body;
      await database.run(
        `update clearance_requests set tool_args = o.tool_args, tool_args_hash = o.tool_args_hash, intent_hash = o.intent_hash
         from (select * from clearance_requests where request_id = $2) o where clearance_requests.request_id = $1`,
        [id, other.request_id],
      );
      await database.run("delete from ledger_events where request_id = $1", [id]);
      await database.run("update ledger_events set request_id = $1 where request_id = $2", [id, other.request_id]);
    },
    "event",
  ],
];

describe("a paused request whose content was changed in the database", () => {
  it.each(swaps)("%s: cannot be approved, in no way, and can be denied", async (_, swap, where) => {
    const id = await refunds.pause();
    await swap(id);
    expect(await caseOf(id)).toMatchObject({ is_mismatched: true, tool_args: {}, status: "pending_review" });
    if (where === "row") expect(await rowOf(id)).toMatchObject({ is_mismatched: true, tool_args: {} });
    const refused = await decide(refunds.reviewer, id, true);
    expect([refused.status, refused.body.code]).toEqual([409, "content_mismatch"]);
    expect(refused.body.detail).toContain("can only be denied");
    const batch = await refunds.reviewer("POST", "/reviews/decisions", { approved: true, request_ids: [id] });
    expect(batch.body.results).toMatchObject([{ ok: false, status: "pending_review", detail: refused.body.detail }]);
    expect((await refunds.agent("GET", `/clearance-status/${id}`)).body).toMatchObject({ status: "pending_review", token: null });
    expect((await decide(refunds.reviewer, id, false)).body.status).toBe("denied");
  });

  it("is not told as if it said so, and Slack offers no approval", async () => {
    const id = await refunds.pause();
    await swaps[0]?.[1](id);
    const notice = await readNotice(database, { type: "review.pending", request_id: id, payload: {} });
    expect(notice?.title).toBe("payments-agent asked for stripe_refund; it does not match its record");
    expect(notice?.lines).toEqual([
      "What is stored of this request is not what was asked. It can only be denied; tell whoever runs your Ledgix.",
    ]);
    const text = JSON.stringify(notice && slackMessage(notice, refunds.clientId, null));
    expect(text).toContain('"action_id":"deny"');
    expect(text).not.toContain('"action_id":"approve"');
    expect(text).not.toContain("1.00");
    expect((await readCase(database, id))?.request.tool_args).toEqual({});
  });

  it("is not shown beside others: not as a similar decision, nor as what tools usually get", async () => {
    const past = await refunds.pause();
    await decide(refunds.reviewer, past, true);
    await database.run("update clearance_requests set tool_args = '{\"planted\": 1}' where request_id = $1", [past]);
    const review = await caseOf(await refunds.pause());
    expect(review.similar.map((each: { request_id: string }) => each.request_id)).not.toContain(past);
    expect(review.last_approved?.request_id).not.toBe(past);
    expect(JSON.stringify((await refunds.owner("GET", "/tools")).body)).not.toContain("planted");
    const preview = await refunds.owner("POST", "/policy-preview", {
      rules: ["Pause when planted is 1."],
      tools: ["stripe_refund"],
    });
    expect([preview.status, preview.body.rules[0].matches]).toEqual([200, 0]);
  });

  it("an operator hears of it", async () => {
    const told = async () => (await refunds.stack.deps.metrics.contentMismatches.get()).values[0]?.value ?? 0;
    const id = await refunds.pause();
    const before = await told();
    await caseOf(id);
    expect(await told()).toBe(before);
    await swaps[0]?.[1](id);
    await caseOf(id);
    expect(await told()).toBe(before + 1);
    await decide(refunds.reviewer, id, false);
  });
});

describe("an approval whose content was changed in the database", () => {
  it.each(swaps)("%s: is not signed again", async (_, swap) => {
    const id = await refunds.pause();
    await decide(refunds.reviewer, id, true);
    await swap(id);
    const status = await refunds.agent("GET", `/clearance-status/${id}`);
    expect([status.status, status.body.code]).toEqual([409, "content_mismatch"]);
    expect(status.body.token).toBeUndefined();
  });

  it.each(swaps.filter(([, , where]) => where === "row"))("%s: is not burned", async (_, swap) => {
    const { body } = await refunds.agent("POST", "/request-clearance", small);
    await swap(body.request_id);
    const burned = await refunds.agent("POST", "/consume-token", { token: body.token, tool_args: small.tool_args });
    expect([burned.status, burned.body.code]).toEqual([409, "content_mismatch"]);
    expect(burned.body.valid).toBeUndefined();
  });

  it("is nothing to mint from", async () => {
    const { body } = await refunds.agent("POST", "/request-clearance", small);
    await database.run("update clearance_requests set tool_args = '{}' where request_id = $1", [body.request_id]);
    const minted = await refunds.agent("POST", "/mint-token", {
      tool_name,
      tool_args: {},
      agent_id,
      original_request_id: body.request_id,
    });
    expect([403, 409]).toContain(minted.status);
    expect(minted.body.token).toBeUndefined();
  });
});

describe("a request that was changed before it was judged", () => {
  it.each(swaps.slice(0, 7))("%s: is judged by nobody, and pauses as one that can only be denied", async (_, swap) => {
    const id = crypto.randomUUID();
    // As it stands between its arrival and its judgement.
    await database.run(
      `insert into clearance_requests (request_id, status, principal, principal_label, body_hash, tool_name, tool_args, tool_args_hash,
         intent_hash, agent_id, session_id, context, minimum_confidence_score)
       values ($1, 'processing', 'key:x', 'x', '', $2, $3::json, $4, $5, $6, '', '{}', 0.8)`,
      [
        id,
        tool_name,
        JSON.stringify(refund.tool_args),
        hashToolArgs(refund.tool_args),
        hashIntent({ ...refund, session_id: "" }),
        agent_id,
      ],
    );
    await swap(id);
    await evaluateRequest(refunds.stack.deps, { clientId: refunds.clientId, requestId: id, agentId: agent_id });
    expect(await caseOf(id)).toMatchObject({ status: "pending_review", reason_code: "content_mismatch", is_mismatched: true });
    expect((await decide(refunds.reviewer, id, true)).body.code).toBe("content_mismatch");
    expect((await decide(refunds.reviewer, id, false)).body.status).toBe("denied");
  });
});

it("a redacted case is told apart: it says so, and is no mismatch", async () => {
  const id = await refunds.pause();
  await decide(refunds.reviewer, id, false);
  const redacted = await until(
    () => refunds.owner("POST", "/ledger/redactions", { request_id: id, reason: "Asked for by the customer." }),
    ({ body }) => body.code !== "not_settled",
  );
  expect(redacted.status, JSON.stringify(redacted.body)).toBeLessThan(300);
  expect(await caseOf(id)).toMatchObject({ is_mismatched: false, redacted_at: expect.any(String), tool_args: {} });
  expect(await rowOf(id)).toMatchObject({ is_mismatched: false });
});

describe("what a person decides by says nothing else", () => {
  const extra: [string, JsonObject][] = [
    ["tool_args", { tool_args: { amount: 1 } }],
    ["null", { anything: null }],
    ["__proto__", JSON.parse('{"__proto__":{"approved":false}}')],
    ["another spelling", { Approved: false }],
  ];
  it.each(extra)("%s is refused, and nothing is decided", async (_, more) => {
    const id = await refunds.pause();
    const bodies: [string, string, JsonObject][] = [
      ["POST", `/reviews/${id}/decision`, { approved: true }],
      ["POST", "/reviews/decisions", { approved: true, request_ids: [id] }],
      ["PUT", `/reviews/${id}/assignment`, { assignee: null }],
      ["POST", `/reviews/${id}/comments`, { text: "Hello" }],
      ["PUT", "/absence", { absence: null }],
    ];
    for (const [method, path, body] of bodies) {
      const whole = `{${JSON.stringify(body).slice(1, -1)},${JSON.stringify(more).slice(1, -1)}}`;
      const answer = await refunds.reviewer(method, path, whole);
      expect([path, answer.status, answer.body.code]).toEqual([path, 422, "invalid_body"]);
      expect(answer.body.detail).toContain("has no place for");
    }
    expect(await caseOf(id)).toMatchObject({ status: "pending_review", comments: [], assignee: null });
    const cancel = await refunds.agent("POST", `/reviews/${id}/decision`, { approved: false, ...more, x: 1 });
    expect(cancel.status).toBe(422);
  });

  it("what public clients send beside it elsewhere is left alone", async () => {
    const { status } = await refunds.agent("POST", "/request-clearance", { ...small, unknown: 1 });
    expect(status).toBe(200);
  });
});
