import { insights } from "@ledgix/contract/insights";
import { until } from "@ledgix/local/test/stack";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Refunds, refund, small, startRefunds } from "./refunds.ts";

let refunds: Refunds;
beforeAll(async () => {
  refunds = await startRefunds();
});
afterAll(() => refunds.stack.close());

it("what was asked, what passed, who decided and how fast adds up", async () => {
  const ask = async (body: object) => (await refunds.agent("POST", "/request-clearance", body)).body.request_id;
  await ask(small);
  await ask({ ...refund, tool_args: { ...refund.tool_args, amount: 9_999 } });
  const paused = await Promise.all(Array.from({ length: 13 }, () => refunds.pause()));
  const [waiting, denied, cancelled, ...approved] = paused;
  for (const id of approved) await refunds.reviewer("POST", `/reviews/${id}/decision`, { approved: true });
  await refunds.owner("POST", `/reviews/${denied}/decision`, { approved: false });
  await refunds.agent("POST", `/reviews/${cancelled}/decision`, { approved: false });
  const read = async () => insights.parse((await refunds.owner("GET", "/insights?days=7")).body);
  const found = await until(read, ({ requests }) => requests === 15);
  expect(found).toMatchObject({
    passed: 1,
    denied: 1,
    paused: 13,
    human_approved: 10,
    human_denied: 1,
    unanswered: 0,
    waiting: 1,
    tools: [{ name: "stripe_refund", requests: 15, passed: 1, denied: 1, paused: 13 }],
    policies: [{ name: "refunds", requests: 15 }],
    rising: [{ tool: "stripe_refund", before: 0, after: 13 }],
    approve_everything: [{ name: "reviewer@example.com", approved: 10 }],
  });
  expect(waiting).toBeTruthy();
  expect(found.passed + found.denied + found.paused).toBe(found.requests);
  expect(found.series.reduce((sum, day) => sum + day.passed + day.denied + day.paused, 0)).toBe(15);
  // A cancellation is no person's decision; times run from the pause.
  expect(found.reviewers.map(({ name, approved: yes, denied: no }) => [name, yes, no])).toEqual([
    ["reviewer@example.com", 10, 0],
    [expect.stringContaining("owner-"), 0, 1],
  ]);
  expect(found.p50).toBeGreaterThan(0);
  expect(found.p95).toBeGreaterThanOrEqual(found.p50 ?? 0);
  expect((await refunds.owner("GET", "/insights?days=0")).status).toBe(400);
});
