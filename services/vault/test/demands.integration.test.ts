import { type Caller, type Replica, type Stack, startStack } from "@ledgix/local/test/stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { giveUpOnRequests } from "../clearance/recover.ts";

const TWO = "Calls of big_pay when amount is over 1000 need two reviewers.";

let stack: Stack;
let away: Replica;
beforeAll(async () => {
  stack = await startStack();
  away = await stack.addReplica({ environment: { VAULT_JUDGE_URL: "http://127.0.0.1:1" } });
});
afterAll(() => stack.close());

type Tenant = { clientId: string; owner: Caller; reviewer: Caller; agent: Caller };
async function tenantWith(rules: string[], tools = ["big_pay"]): Promise<Tenant> {
  const clientId = await stack.addTenant();
  const owner = await stack.addMember(clientId, "owner");
  if (rules.length > 0) await owner("POST", "/register-policy", { policy_id: "pay", description: "Pay", rules, tools });
  return { clientId, owner, reviewer: await stack.addMember(clientId, "reviewer"), agent: await stack.addKey(clientId) };
}

async function pausedBy({ owner, agent }: Tenant, call: object, at = "") {
  const { body } = await agent("POST", `${at}/request-clearance`, { tool_name: "big_pay", ...call });
  expect(body, JSON.stringify(body)).toMatchObject({ status: "pending_review" });
  return (await owner("GET", `/reviews/${body.request_id}`)).body;
}

describe("a rule for two people asks for two, whatever makes it uncertain", () => {
  let tenant: Tenant;
  beforeAll(async () => {
    tenant = await tenantWith([TWO, "Calls of big_pay when amount is over 10 need a person."]);
  });

  it.each<[string, object, string]>([
    ["a text", { tool_args: { amount: "50000" } }, "The argument amount is a text, not a number."],
    ["two spellings", { tool_args: { amount: 50_000, Amount: 1 } }, "Several arguments are called amount."],
    ["too many digits", { tool_args: { amount: 50_000.00001 } }, "too many digits"],
    ["nothing", { tool_args: {} }, "The argument amount is missing."],
    ["U+0000 in the category of the action", { tool_args: { amount: "5" }, context: { action_category: "\u0000" } }, TWO],
    ["a category without end", { tool_args: { amount: "5" }, context: { action_category: "x".repeat(200_000) } }, TWO],
    ["U+0000 in the currency", { tool_args: { amount: 5000, currency: "\u0000" } }, TWO],
    ["a currency cut within a letter", { tool_args: { amount: 5000, currency: `${"x".repeat(31)}😀` } }, TWO],
    ["U+0000 in names of arguments", { tool_args: { amount: "\u0000", "\u0000": "\u0000" } }, TWO],
    ["a letter cut in what is looked for", { tool_args: { amount: "5", note: `${"😀".repeat(499)}x😀😀` } }, TWO],
  ])("%s", async (_, call, why) => {
    const review = await pausedBy(tenant, call);
    expect(review.reason_code).not.toBe("judge_unavailable");
    expect(review).toMatchObject({ approvals: 0, approvals_needed: 2 });
    expect(review.reason).toContain(TWO.slice(0, 40));
    expect(review.reason).toContain(why);
  });

  it("one approval does not pass, whoever gives it twice; the second person's does", async () => {
    const { reviewer, owner, agent } = tenant;
    const { request_id } = await pausedBy(tenant, { tool_args: { amount: "50000" } });
    const approve = (who: Caller) => who("POST", `/reviews/${request_id}/decision`, { approved: true });
    for (let times = 0; times < 2; times++) expect((await approve(reviewer)).body.status).toBe("pending_review");
    expect((await agent("GET", `/clearance-status/${request_id}`)).body.token).toBeNull();
    expect((await approve(owner)).body.status).toBe("approved");
  });

  it("a sentence that is not understood asks for as many as it speaks of", async () => {
    const two = await tenantWith(["Big payments want two managers"]);
    expect(await pausedBy(two, {})).toMatchObject({ approvals_needed: 2, reason_code: "rule_unreadable" });
    expect(await pausedBy(await tenantWith(["Payments must be reasonable"]), {})).toMatchObject({ approvals_needed: 1 });
  });
});

describe("while the judge is away, the rules' demand holds", () => {
  it.each<[string, string[], object, 1 | 2, string]>([
    ["of a rule that holds", [TWO], { amount: 5000 }, 2, "this rule asks for them"],
    ["of a rule that may hold", [TWO], { amount: "5000" }, 2, "The argument amount is a text"],
    ["of none", [TWO], { amount: 5 }, 1, "a person must decide"],
    ["where no policy covers the tool", [], { amount: 5000 }, 1, "a person must decide"],
    ["and a rule that denies is named", ["Deny when amount is over 10."], { amount: 11 }, 1, "Your rule denies this call"],
    ["of one that is not understood", ["Big payments want two managers"], {}, 2, "It could not be read."],
  ])("%s", async (_, rules, tool_args, approvals_needed, why) => {
    const review = await pausedBy(await tenantWith(rules), { tool_args }, away.url);
    expect(review).toMatchObject({ reason_code: "judge_unavailable", approvals_needed });
    expect(review.reason).toContain(why);
  });

  it("two people, where the policies cannot be read", async () => {
    const tenant = await tenantWith([TWO]);
    const database = await stack.tenants.database(tenant.clientId);
    await database.run("insert into tool_mappings (tool_name, mapping, confirmed_by) values ('big_pay', '{\"acts\": 5}', 'x')");
    const review = await pausedBy(tenant, { tool_args: { amount: 5 } }, away.url);
    expect(review.approvals_needed).toBe(2);
    expect(review.reason).toContain("your policies could not be read");
  });

  it("a request that is given up asks for as many people as one that was judged", async () => {
    const tenant = await tenantWith([TWO]);
    const deaf = await stack.addReplica({ environment: { VAULT_CLEARANCE_WAIT_MS: "50" } });
    deaf.deps.queue.send = async () => true; // as a queue that loses messages
    const { body } = await tenant.agent("POST", `${deaf.url}/request-clearance`, {
      tool_name: "big_pay",
      tool_args: { amount: "50000" },
    });
    expect(body.status).toBe("processing");
    const config = { ...stack.deps.config, VAULT_CLEARANCE_GIVE_UP_SECONDS: 0 };
    await giveUpOnRequests({ ...stack.deps, config }, tenant.clientId);
    const review = (await tenant.owner("GET", `/reviews/${body.request_id}`)).body;
    expect(review).toMatchObject({ reason_code: "judge_unavailable", approvals_needed: 2 });
  });
});

describe("the tenant's review rules", () => {
  const two = { id: "two", name: "Large", approvals: 2, when: { tools: ["big_pay"], amount_over: 1000, currency: "EUR" } };
  const anyone = { id: "one", name: "Anything" };
  let tenant: Tenant;
  beforeAll(async () => {
    tenant = await tenantWith(["Calls of big_pay need a person."]);
  });
  const rules = async (given: object[], more: object = {}) => {
    const answer = await tenant.owner("PUT", "/review-settings", { rules: given, ...more });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  };
  const EUR = { currency: "EUR" };

  it.each<[string, object, 1 | 2]>([
    ["below", { amount: 1000, ...EUR }, 1],
    ["below, in lower case", { amount: 0.5, currency: "eur" }, 1],
    ["below, in cents", { amount_cents: 100_000, ...EUR }, 1],
    ["above", { amount: 1000.01, ...EUR }, 2],
    ["above, in cents", { amount_cents: 100_001, ...EUR }, 2],
    ["a text", { amount: "5", ...EUR }, 2],
    ["too many digits", { amount: 5.00001, ...EUR }, 2],
    ["more digits than the currency has", { amount: 5.001, ...EUR }, 2],
    ["two spellings", { amount: 5, Amount: 5, ...EUR }, 2],
    ["two spellings, the first no number", { Amount: "50000", amount: 5, ...EUR }, 2],
    ["a spelling with a blank", { amount: 5, "AMOUNT ": 50_000, ...EUR }, 2],
    ["a spelling in wide letters", { amount: 5, ａｍｏｕｎｔ: 50_000, ...EUR }, 2],
    ["a spelling with dashes", { "a-mount": 50_000, amount: 5, ...EUR }, 2],
    ["a nested amount", { order: { amount: 5 }, ...EUR }, 2],
    ["a nested amount beside it", { amount: 5, order: { amount: 50_000 }, ...EUR }, 2],
    ["amounts in a list", { amounts: [5, 50_000], ...EUR }, 2],
    ["an amount within a list", { amount: 5, items: [{ amount: 50_000 }], ...EUR }, 2],
    ["another name of an amount beside it", { amount: 5, total: 50_000, ...EUR }, 2],
    ["how often beside it", { amount: 5, quantity: 10_000, ...EUR }, 2],
    ["a negative amount", { amount: -50_000, ...EUR }, 2],
    ["a huge amount", { amount: 1e300, ...EUR }, 2],
    ["a tiny amount", { amount: 1e-9, ...EUR }, 2],
    ["null", { amount: null, ...EUR }, 2],
    ["none", { ...EUR }, 2],
    ["no currency", { amount: 5 }, 2],
    ["another currency", { amount: 5, currency: "USD" }, 2],
    ["two currencies", { amount: 5, currency: "EUR", Currency: "USD" }, 2],
    ["a currency that is none", { amount: 5, currency: "EURO" }, 2],
    ["a nested currency", { amount: 5, order: { currency: "EUR" } }, 2],
    ["cents of a currency without them", { amount_minor: 90_000, currency: "JPY" }, 2],
  ])("%s", async (_, tool_args, approvals_needed) => {
    await rules([two, anyone]);
    const review = await pausedBy(tenant, { tool_args });
    expect(review, review.reason).toMatchObject({ approvals_needed });
  });

  it("says which rule asks for two, and why it may apply", async () => {
    await rules([two, anyone]);
    expect((await pausedBy(tenant, { tool_args: { amount: "5", ...EUR } })).reason).toContain(
      "Two people must approve, since the rule “Large” may apply. The argument amount is a text, not a number.",
    );
  });

  it("all that may apply, up to the first that does for sure, are one: the strictest of each", async () => {
    const reviewers = { roles: ["owner"], members: [] };
    await rules([
      two,
      { id: "3", name: "Medium", reason: "required", answer_within: 3600, when_unanswered: "deny", when: { amount_over: 100 } },
      { id: "4", name: "Payments", reviewers, console_only: true, answer_within: 7200 },
      { id: "5", name: "Never reached", reason: "required", answer_within: 60 },
    ]);
    const unsure = await pausedBy(tenant, { tool_args: { amount: "5", ...EUR } });
    expect(unsure.rule).toMatchObject({
      id: "two",
      name: "Large and Medium and Payments",
      approvals: 2,
      reason: "required",
      reviewers,
      console_only: true,
      answer_within: 3600,
      when_unanswered: "deny",
    });
    const sure = await pausedBy(tenant, { tool_args: { amount: 5, ...EUR } });
    expect(sure.rule).toMatchObject({ id: "4", name: "Payments", approvals: 1, reason: "optional", answer_within: 7200 });
  });

  it("a confirmed mapping alone says what the amount is, also while the judge is away", async () => {
    await rules([{ ...two, when: { amount_over: 1000 } }, anyone]);
    const mapping = { acts: [], amount: { path: "cost", unit: "minor", currency: { code: "EUR" } } };
    const mapped = await tenant.owner("PUT", "/tools/big_pay/mapping", mapping);
    expect(mapped.status, JSON.stringify(mapped.body)).toBe(200);
    for (const at of ["", away.url]) {
      const needed = async (tool_args: object) => (await pausedBy(tenant, { tool_args }, at)).approvals_needed;
      expect(await needed({ cost: 100_000, amount: 50_000 })).toBe(1);
      expect(await needed({ cost: 100_001, amount: 5 })).toBe(2);
      expect(await needed({ cost: "5", amount: 5 })).toBe(2);
      expect(await needed({ amount: 5 })).toBe(2);
    }
    await tenant.owner("DELETE", "/tools/big_pay/mapping");
  });

  it("hold under a threshold, too, and where no policy covers the tool", async () => {
    const other = await tenantWith(["Approve calls of big_pay when note is ok."]);
    await other.owner("PUT", "/review-settings", {
      rules: [{ ...two, when: { amount_over: 10 } }],
      tool_thresholds: { big_pay: 1 },
    });
    const below = await pausedBy(other, { tool_args: { note: "ok", amount: "9" } });
    expect(below).toMatchObject({ reason_code: "below_threshold", approvals_needed: 2 });
    expect(below.reason).toContain("Confidence 0.99 is below your threshold of 1.00. Two people must approve");
    expect(await pausedBy(other, { tool_name: "unknown", tool_args: { amount: "9" } })).toMatchObject({
      reason_code: "no_policy",
      approvals_needed: 2,
    });
  });

  it("a case keeps its demand when rules are loosened and when it escalates", async () => {
    await rules([{ ...two, answer_within: 3600, escalate_to: { roles: ["admin"], members: [] } }]);
    const { request_id } = await pausedBy(tenant, { tool_args: { amount: "5" } });
    await rules([]);
    const database = await stack.tenants.database(tenant.clientId);
    await database.run("update clearance_requests set due_at = null, escalated_at = now() where request_id = $1", [request_id]);
    const { body } = await tenant.reviewer("POST", `/reviews/${request_id}/decision`, { approved: true });
    expect(body).toMatchObject({ status: "pending_review", approvals: 1, approvals_needed: 2 });
  });
});
