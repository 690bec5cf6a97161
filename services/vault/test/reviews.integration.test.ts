import { type Caller, type Stack, until } from "@ledgix/local/test/stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Refunds, refund, startRefunds } from "./refunds.ts";

let refunds: Refunds;
let stack: Stack;
let clientId: string;
let agent: Caller;
let owner: Caller;
let reviewer: Caller;
let pause: Refunds["pause"];
beforeAll(async () => {
  refunds = await startRefunds();
  ({ stack, clientId, agent, owner, reviewer, pause } = refunds);
});
afterAll(() => refunds.stack.close());

describe("a review", () => {
  it("releases the agent's long poll with a token, which is burned once", async () => {
    const id = await pause();
    const polled = agent("GET", `/clearance-status/${id}?wait=20`);
    const decided = await reviewer("POST", `/reviews/${id}/decision`, {
      approved: true,
      review_reason: "Duplicate charge confirmed.",
    });
    expect(decided.body).toMatchObject({ status: "approved", decided_by: "reviewer@example.com" });
    expect(JSON.stringify(decided.body)).not.toContain("eyJ"); // the token goes to the agent alone
    const { body } = await polled;
    expect(body).toMatchObject({ status: "approved", reason: "Duplicate charge confirmed.", reason_code: "human_approved" });

    const wrong = await agent("POST", "/consume-token", { token: body.token, tool_args: { ...refund.tool_args, amount: 1241 } });
    expect([wrong.status, wrong.body.code]).toEqual([422, "arguments_mismatch"]);
    const tool = await agent("POST", "/consume-token", { token: body.token, tool_name: "wire_transfer" });
    expect([tool.status, tool.body.code]).toEqual([422, "tool_mismatch"]);

    const headers = { "idempotency-key": crypto.randomUUID() };
    const burn = { token: body.token, tool_name: refund.tool_name, tool_args: refund.tool_args };
    const first = await agent("POST", "/consume-token", burn, headers);
    expect(first.body).toMatchObject({ valid: true, claims: { jti: id, decision: "yes" } });
    // A retry of the same call is the same answer; a new call is a replay.
    expect((await agent("POST", "/consume-token", burn, headers)).body).toEqual(first.body);
    const replay = await agent("POST", "/consume-token", burn);
    expect([replay.status, replay.body.code]).toEqual([409, "token_replayed"]);
    expect((await agent("GET", `/clearance-status/${id}`)).body.status).toBe("approved");
  });

  it("a second reviewer cannot overturn a decision, and learns who came first", async () => {
    const id = await pause();
    expect((await reviewer("POST", `/reviews/${id}/decision`, { approved: false })).status).toBe(200);
    expect((await owner("POST", `/reviews/${id}/decision`, { approved: false })).status).toBe(200);
    const late = await owner("POST", `/reviews/${id}/decision`, { approved: true });
    expect(late.body).toMatchObject({
      status: 409,
      code: "already_decided",
      decided_by: "reviewer@example.com",
      decision_status: "denied",
    });
    expect(Date.parse(late.body.decided_at)).not.toBeNaN();
    expect((await agent("GET", `/clearance-status/${id}`)).body).toMatchObject({ status: "denied", token: null });
  });

  it("is decided once, by 50 reviewers at the same moment, half each way", async () => {
    const id = await pause();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => reviewer("POST", `/reviews/${id}/decision`, { approved: i % 2 === 0 })),
    );
    const stands = (await reviewer("GET", `/reviews/${id}`)).body;
    for (const [i, answer] of answers.entries()) {
      const isSame = (i % 2 === 0) === (stands.status === "approved");
      expect(answer.status).toBe(isSame ? 200 : 409);
    }
    expect(stands.timeline.filter((entry: { type: string }) => entry.type.startsWith("review."))).toHaveLength(1);
  });

  it("an API key cannot approve its own request, whatever its scopes, but may cancel it", async () => {
    const bold = await stack.addKey(clientId, { scopes: ["clearance", "reviews:decide"] });
    const own = (await bold("POST", "/request-clearance", refund)).body.request_id;
    const approve = await bold("POST", `/reviews/${own}/decision`, { approved: true });
    expect([approve.status, approve.body.code]).toEqual([403, "own_request"]);
    const plain = await agent("POST", `/reviews/${await pause()}/decision`, { approved: true });
    expect([plain.status, plain.body.code]).toEqual([403, "forbidden"]);
    const id = await pause();
    const cancelled = await agent("POST", `/reviews/${id}/decision`, { approved: false });
    expect(cancelled.body).toMatchObject({ status: "denied", reason_code: "cancelled", token: null });
  });

  it("nobody decides a request that was made on their behalf", async () => {
    const { body } = await agent("POST", "/request-clearance", { ...refund, human_principal: "Reviewer@example.com" });
    const own = await reviewer("POST", `/reviews/${body.request_id}/decision`, { approved: true });
    expect([own.status, own.body.code]).toEqual([403, "own_request"]);
    expect((await owner("POST", `/reviews/${body.request_id}/decision`, { approved: true })).status).toBe(200);
  });

  it("is listed newest first, page by page, and counted", async () => {
    const other = await stack.addTenant("Paging");
    const [key, member] = [await stack.addKey(other), await stack.addMember(other, "reviewer")];
    const ids: string[] = [];
    for (let i = 0; i < 5; i++)
      ids.unshift((await key("POST", "/request-clearance", { tool_name: "t", tool_args: { i } })).body.request_id);
    const first = (await member("GET", "/reviews?limit=3")).body;
    expect(first).toMatchObject({ total_pending: 5, next_cursor: expect.any(String) });
    const second = (await member("GET", `/reviews?limit=3&cursor=${first.next_cursor}`)).body;
    expect([...first.reviews, ...second.reviews].map((review: { request_id: string }) => review.request_id)).toEqual(ids);
    expect(second.next_cursor).toBeNull();
    expect((await member("GET", "/reviews?cursor=nonsense")).body.code).toBe("invalid_parameter");
    await member("POST", `/reviews/${ids[0]}/decision`, { approved: false });
    expect((await member("GET", "/reviews")).body.total_pending).toBe(4);
    expect((await member("GET", "/reviews?q=%25")).body.reviews).toHaveLength(0);
  });

  it("streams what happens, and resumes after the last event that was seen", async () => {
    const stream = await openStream(reviewer);
    const id = await pause();
    const pending = await stream.next((event) => event.request_id === id);
    expect(pending).toMatchObject({ type: "review.pending", status: "pending_review" });
    stream.close();
    await reviewer("POST", `/reviews/${id}/decision`, { approved: false });
    const resumed = await openStream(reviewer, pending.id);
    expect(await resumed.next((event) => event.request_id === id && event.type === "review.decided")).toMatchObject({
      status: "denied",
    });
    resumed.close();
  });

  it("streams end soon after their reader was removed", async () => {
    const removed = await stack.addMember(clientId, "reviewer", "removed@example.com");
    const stream = await openStream(removed);
    await stack.controlPlane.run("delete from public.memberships where email = 'removed@example.com'");
    await stream.ended;
  });
});

async function openStream(caller: Caller, lastEventId?: string) {
  const abort = new AbortController();
  const response = await caller.stream("/reviews/stream", abort.signal, lastEventId ? { "last-event-id": lastEventId } : {});
  const events: { id: string; type: string; request_id: string; status: string }[] = [];
  const read = (async () => {
    let buffer = "";
    for await (const chunk of response) {
      buffer += Buffer.from(chunk).toString();
      for (let end = buffer.indexOf("\n\n"); end >= 0; end = buffer.indexOf("\n\n")) {
        const block = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        const data = /^data: (.+)$/m.exec(block)?.[1];
        if (data) events.push({ ...JSON.parse(data), id: /^id: (.+)$/m.exec(block)?.[1] ?? "" });
      }
    }
  })().catch(() => {});
  return {
    ended: read,
    next: (isWanted: (event: (typeof events)[number]) => boolean) =>
      until(
        async () => events.find(isWanted),
        (event) => event !== undefined,
      ) as Promise<(typeof events)[number]>,
    close: () => {
      abort.abort();
      return read;
    },
  };
}
