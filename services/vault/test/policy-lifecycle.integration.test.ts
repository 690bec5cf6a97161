import type { BacktestGroup } from "@ledgix/contract/backtest";
import type { TracedRule } from "@ledgix/contract/judge";
import type { PolicyUpload, RuleProposal, RuleReading } from "@ledgix/contract/policy";
import type { ObservedTool, ToolCoverage } from "@ledgix/contract/tool";
import { pdf } from "@ledgix/judge/parse/hostile-files";
import { type Caller, type Stack, startStack, until } from "@ledgix/local/test/stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let stack: Stack;
let owner: Caller;
let agent: Caller;
let reviewer: Caller;
beforeAll(async () => {
  stack = await startStack();
  ({ owner, agent, reviewer } = await newTenant());
});
afterAll(() => stack.close());

async function newTenant() {
  const clientId = await stack.addTenant();
  const [owner, reviewer, agent] = [
    await stack.addMember(clientId, "owner"),
    await stack.addMember(clientId, "reviewer"),
    await stack.addKey(clientId),
  ];
  return { clientId, owner, reviewer, agent };
}

const mapping = { acts: ["refund"], amount: { path: "amount", unit: "major", currency: { path: "currency" } } };
const refund = (amount: number, currency = "USD") => ({
  tool_name: "stripe_refund",
  tool_args: { amount, currency, customer: "cus_1" },
  agent_id: "payments-agent",
});
const ask = async (call: object, by = agent) => (await by("POST", "/request-clearance", call)).body;

const handbook = `# Refund handbook

## Limits

Refunds up to 100 USD may be approved automatically. Refunds over 1,000 USD need two reviewers.

## Fraud

Never refund over 5,000 USD. Never refund to a card that was not charged.
`;

async function upload(name: string, content: BlobPart, more: Record<string, string> = {}, by = owner) {
  const form = new FormData();
  form.set("file", new File([content], name));
  form.set("documentName", "Refund handbook");
  for (const [key, value] of Object.entries({ tools: "stripe_refund", ...more })) form.set(key, value);
  return by("POST", "/admin/upload-policy", form);
}

describe("a policy's life", () => {
  it("an uploaded document proposes its rules, and decides nothing until they are confirmed", async () => {
    const { status, body } = await upload("handbook.md", handbook);
    expect([status, body.state, body.version]).toEqual([201, "in_force", 1]);
    expect(body.proposals.map((proposal: RuleProposal) => [proposal.text, proposal.effect, proposal.is_confirmed])).toEqual([
      ["Refunds up to 100 USD may be approved automatically.", "allow", false],
      ["Refunds over 1,000 USD need two reviewers.", "review", false],
      ["Never refund over 5,000 USD.", "deny", false],
      ["Never refund to a card that was not charged.", null, false],
    ]);
    expect(await ask(refund(50))).toMatchObject({ status: "pending_review", reason_code: "no_rule" });
  });

  it("a draft changes nothing; its activation does, with the mapping that its rules need", async () => {
    const { body: current } = await owner("GET", "/policies/refund-handbook");
    const rules = current.proposals
      .filter((proposal: RuleProposal) => proposal.effect)
      .map((proposal: RuleProposal) => proposal.text);
    const draft = await owner("POST", "/policies", {
      policy_id: "refund-handbook",
      title: current.title,
      tools: current.tools,
      rules,
      content: current.content,
      note: "Rules confirmed.",
    });
    expect([draft.status, draft.body.state, draft.body.version, draft.body.source]).toEqual([201, "draft", 2, "upload"]);
    expect((await ask(refund(50))).reason_code).toBe("no_rule");
    const active = await owner("POST", "/policies/refund-handbook/activate", { policy_version_id: draft.body.policy_version_id });
    expect(active.body).toMatchObject({ state: "in_force", note: "Rules confirmed." });

    const unsure = await ask(refund(50));
    expect(unsure).toMatchObject({ status: "pending_review", reason_code: "rule_unsure" });
    expect(unsure.reason).toContain("Nobody confirmed yet which argument of stripe_refund is the amount");
    const { body: seen } = await owner("GET", "/tools");
    const tool = seen.tools.find((each: ObservedTool) => each.tool_name === "stripe_refund");
    expect(tool).toMatchObject({
      mapping: null,
      proposal: {
        acts: ["refund"],
        amount: { path: "amount", unit: "major", currency: { path: "currency" } },
        payee: "customer",
      },
    });
    expect((await owner("PUT", "/tools/stripe_refund/mapping", tool.proposal)).status).toBe(200);

    const approved = await ask(refund(50));
    expect(approved).toMatchObject({ status: "approved", reason_code: "rule_allow", confidence: 0.99 });
    expect(await ask(refund(6000))).toMatchObject({ status: "denied", reason_code: "rule_deny" });
    expect(await ask(refund(50, "EUR"))).toMatchObject({ status: "pending_review", reason_code: "no_rule" });
    const entry = (await owner("GET", `/ledger?request_id=${approved.request_id}&view=full`)).body.entries[0];
    const [citation] = entry.citations;
    expect(handbook.slice(citation.start, citation.end)).toBe("Refunds up to 100 USD may be approved automatically.");
  });

  it("a rule that asks for two people gets two, and the amount is the mapping's", async () => {
    const paused = await ask(refund(2000));
    const { body } = await reviewer("GET", `/reviews/${paused.request_id}`);
    expect(body.rule.approvals).toBe(2);
    expect((await reviewer("POST", `/reviews/${paused.request_id}/decision`, { approved: true })).body.status).toBe(
      "pending_review",
    );
    expect((await owner("POST", `/reviews/${paused.request_id}/decision`, { approved: true })).body.status).toBe("approved");
  });

  it("a term that the tenant defines makes a sentence understood; one that is not understood is refused", async () => {
    const refused = await owner("PUT", "/policy-terms", { terms: [{ phrase: "a risky card", meaning: "the card is funny" }] });
    expect([refused.status, refused.body.code]).toEqual([422, "invalid_body"]);
    const terms = [{ phrase: "a card that was not charged", meaning: "card_charged is false" }];
    expect((await owner("PUT", "/policy-terms", { terms })).body.terms[0]).toMatchObject({
      phrase: "card that was not charged",
      problem: null,
    });
    const { body } = await owner("GET", "/policies/refund-handbook");
    expect(body.proposals.at(-1)).toMatchObject({ effect: "deny", is_confirmed: false });
  });

  it("test cases block a draft that fails them, by name, until it passes", async () => {
    const call = refund(90);
    expect(
      (await owner("POST", "/policies/refund-handbook/cases", { name: "Small refunds pass", call, expected: "allow" })).status,
    ).toBe(201);
    const { body: current } = await owner("GET", "/policies/refund-handbook");
    const write = (rules: string[]) =>
      owner("POST", "/policies", {
        policy_id: "refund-handbook",
        title: current.title,
        tools: current.tools,
        rules,
        content: current.content,
      });
    const strict = await write(["Refunds over 10 USD need a person."]);
    const run = await owner("GET", `/policies/refund-handbook/cases?version=${strict.body.policy_version_id}`);
    expect(run.body.cases[0]).toMatchObject({ name: "Small refunds pass", expected: "allow", verdict: "review", passed: false });
    const blocked = await owner("POST", "/policies/refund-handbook/activate", {
      policy_version_id: strict.body.policy_version_id,
    });
    expect([blocked.status, blocked.body.code]).toEqual([409, "cases_failed"]);
    expect(blocked.body.detail).toBe("Small refunds pass: must be approved, would be paused.");
    expect((await ask(refund(50))).status).toBe("approved");
    expect((await reviewer("DELETE", `/policies/refund-handbook/cases/${run.body.cases[0].case_id}`)).status).toBe(403);
    expect((await owner("DELETE", `/policies/refund-handbook/cases/${run.body.cases[0].case_id}`)).body.cases).toEqual([]);
  });

  it("effective dates, rollback and retirement", async () => {
    const { body: current } = await owner("GET", "/policies/refund-handbook");
    const draft = await owner("POST", "/policies", {
      policy_id: "refund-handbook",
      title: current.title,
      tools: current.tools,
      rules: ["Never refund over 10 USD."],
      content: current.content,
      note: "Stricter.",
    });
    const id = draft.body.policy_version_id;
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    const scheduled = await owner("POST", "/policies/refund-handbook/activate", {
      policy_version_id: id,
      effective_from: tomorrow,
    });
    expect(scheduled.body).toMatchObject({ state: "scheduled", effective_from: tomorrow });
    expect((await ask(refund(50))).status).toBe("approved");
    expect((await owner("POST", "/policies/refund-handbook/activate", { policy_version_id: id })).body.state).toBe("in_force");
    expect((await ask(refund(50))).status).toBe("denied");
    const again = await owner("POST", "/policies/refund-handbook/activate", { policy_version_id: id });
    expect([again.status, again.body.code]).toEqual([422, "invalid_body"]);
    const back = await owner("POST", "/policies/refund-handbook/rollback", { policy_version_id: current.policy_version_id });
    expect(back.body).toMatchObject({
      state: "in_force",
      note: `Back to version ${current.version}.`,
      content_hash: current.content_hash,
    });
    expect(back.body.version).toBeGreaterThan(draft.body.version);
    expect((await ask(refund(50))).status).toBe("approved");
    expect((await owner("POST", "/policies/refund-handbook/retire")).body.state).toBe("retired");
    expect((await ask(refund(50))).reason_code).toBe("no_policy");
    expect((await owner("POST", "/policies/refund-handbook/retire")).status).toBe(404);
    await owner("POST", "/policies/refund-handbook/rollback", { policy_version_id: current.policy_version_id });
  });
});

describe("seeing before it counts", () => {
  it("a trial shows every rule's answer and leaves no trace", async () => {
    const before = (await owner("GET", "/ledger?limit=1")).body.entries[0].seq;
    const { body, status } = await reviewer("POST", "/policy-trial", { call: refund(6000) });
    expect([status, body.answer.verdict]).toEqual([200, "deny"]);
    expect(body.rules.map((rule: TracedRule) => [rule.effect, rule.holds])).toEqual([
      ["allow", "no"],
      ["review", "yes"],
      ["deny", "yes"],
    ]);
    expect(body.steps.map((step: { name: string }) => step.name)).toEqual([
      "Read the policies",
      "Ask the rules",
      "Find passages",
    ]);
    expect((await owner("GET", "/ledger?limit=1")).body.entries[0].seq).toBe(before);
    const draft = await owner("POST", "/policies", {
      policy_id: "another",
      title: "Another",
      tools: [],
      rules: ["Everything needs a person."],
      content: "x",
    });
    const tried = await owner("POST", "/policy-trial", { call: refund(50), policy_version_id: draft.body.policy_version_id });
    expect(tried.body.answer).toMatchObject({ verdict: "review", reason_code: "rule_review" });
  });

  it("a preview compiles what is written, and finds what it would have met", async () => {
    const { body } = await owner("POST", "/policy-preview", {
      rules: ["Refunds over 40 USD need a person.", "Refunds over 40 USD must be denied.", "Refunds are nice."],
      tools: ["stripe_refund"],
    });
    expect(body.rules.map((rule: RuleReading) => [rule.effect, rule.problem !== null])).toEqual([
      ["review", false],
      ["deny", false],
      [null, true],
    ]);
    expect(body.rules[0].cedar).toContain("context.amount.minor > 4000");
    expect(body.rules[0].matches).toBeGreaterThan(3);
    expect(body.rules[0].examples[0]).toMatchObject({ tool_name: "stripe_refund" });
    expect(body.findings).toEqual([
      { kind: "shadowed", rule: "Refunds over 40 USD need a person.", by: "Refunds over 40 USD must be denied." },
    ]);
  });

  it("a backtest finds what would change, with what people decided", async () => {
    const { body: current } = await owner("GET", "/policies/refund-handbook");
    const draft = await owner("POST", "/policies", {
      policy_id: "refund-handbook",
      title: current.title,
      tools: current.tools,
      rules: ["Refunds up to 2,000 USD may be approved."],
      content: current.content,
    });
    const started = await owner("POST", "/policies/refund-handbook/backtests", {
      policy_version_id: draft.body.policy_version_id,
    });
    expect([started.status, started.body.state]).toEqual([202, "running"]);
    const { body } = await until(
      () => owner("GET", "/policies/refund-handbook/backtests"),
      (answer) => answer.body.backtests[0].state === "done",
    );
    const [backtest] = body.backtests;
    expect(backtest.done).toBe(backtest.total);
    const lifted = backtest.result.groups.find((group: BacktestGroup) => group.was === "review" && group.people.approved === 1);
    expect(lifted).toMatchObject({ would_be: "allow", people: { approved: 1, denied: 0 } });
    expect(lifted.examples.map(({ sentence }: { sentence: string }) => sentence)).toContain(
      "payments-agent wants to refund $2,000.00 to customer cus_1",
    );
    expect(backtest.result.unchanged + backtest.result.changed).toBe(backtest.done);
  });

  it("coverage tells governed tools from open ones", async () => {
    await ask({ tool_name: "delete_user", tool_args: { id: "u1" } });
    const { body } = await owner("GET", "/policy-coverage");
    const of = (name: string) => body.tools.find((tool: ToolCoverage) => tool.tool_name === name);
    expect(of("delete_user")).toMatchObject({ state: "not_at_all", uncovered: 1 });
    expect(of("stripe_refund")).toMatchObject({ state: "partly", needs_mapping: false });
    expect(body.unused).toEqual([]);
  });
});

describe("rules that count", () => {
  it("let exactly as many pass as they say, however many ask at once", async () => {
    const tenant = await newTenant();
    await tenant.owner("PUT", "/tools/stripe_refund/mapping", mapping);
    await tenant.owner("POST", "/register-policy", {
      policy_id: "counted",
      rules: ["Refunds up to 100 USD may be approved automatically, at most 5 an hour per agent."],
      tools: ["stripe_refund"],
    });
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask(refund(1), tenant.agent)));
    expect(answers.filter(({ status }) => status === "approved")).toHaveLength(5);
    expect(await ask({ ...refund(1), agent_id: "another" }, tenant.agent)).toMatchObject({ status: "approved" });
  });
});

describe("documents", () => {
  it("a PDF is read page by page, with its pages' places; a broken one changes nothing and says why", async () => {
    const tenant = await newTenant();
    const bytes = await pdf([1, 2, 3].map((n) => `# Part ${n}\n\nRefunds up to ${n}00 USD may be approved automatically.`));
    const answer = await upload("handbook.pdf", bytes as BlobPart, { draft: "true" }, tenant.owner);
    expect([answer.status, answer.body.state, answer.body.pages.length]).toEqual([201, "draft", 3]);
    expect(answer.body.content.slice(answer.body.pages[1])).toMatch(/^# Part 2/);
    expect(answer.body.origin).toMatchObject({ file_name: "handbook.pdf", bytes: bytes.length });
    const broken = await upload("handbook.pdf", bytes.subarray(0, 900) as BlobPart, {}, tenant.owner);
    expect([broken.status, broken.body.code]).toEqual([415, "unsupported_document"]);
    const { body } = await tenant.owner("GET", "/policy-uploads");
    expect(body.uploads.map(({ state, reason_code }: PolicyUpload) => [state, reason_code])).toEqual([
      ["refused", "truncated"],
      ["ready", null],
    ]);
    expect((await tenant.owner("GET", "/policies/refund-handbook")).body.versions).toHaveLength(1);
  });

  it("a new document keeps the rules that were confirmed", async () => {
    const tenant = await newTenant();
    await tenant.owner("POST", "/register-policy", {
      policy_id: "refund-handbook",
      rules: ["Never refund over 10 USD."],
      tools: ["x"],
    });
    const { body } = await upload("handbook.md", handbook, {}, tenant.owner);
    expect(body.rules.map((rule: RuleReading) => rule.text)).toEqual(["Never refund over 10 USD."]);
  });

  it("a new document puts no rule of a draft in force, and a registered policy no rule that fails a test case", async () => {
    const tenant = await newTenant();
    const register = (rules: string[]) =>
      tenant.owner("POST", "/register-policy", { policy_id: "refund-handbook", rules, tools: ["stripe_refund"] });
    await register(["Deny when amount is over 10."]);
    await tenant.owner("POST", "/policies", {
      policy_id: "refund-handbook",
      title: "Refund handbook",
      tools: ["stripe_refund"],
      rules: ["Approve when amount is at most 9,999."],
      content: "",
    });
    const { body } = await upload("handbook.md", handbook, {}, tenant.owner);
    expect(body.rules.map((rule: RuleReading) => rule.text)).toEqual(["Deny when amount is over 10."]);
    await tenant.owner("POST", "/policies/refund-handbook/cases", { name: "Huge", call: refund(50), expected: "deny" });
    const lenient = await register(["Approve when amount is at most 9,999."]);
    expect([lenient.status, lenient.body.code]).toEqual([409, "cases_failed"]);
    expect((await ask(refund(50), tenant.agent)).status).toBe("denied");
    expect((await register(["Deny when amount is over 20."])).body.status).toBe("registered");
  });

  it("an upload that was cut off goes on by itself", async () => {
    const tenant = await newTenant();
    const database = await stack.tenants.database(tenant.clientId);
    await database.run(
      `insert into policy_uploads (upload_id, policy_id, title, tools, note, is_draft, file_name, bytes, size, sha256, state, created_by, touched_at)
       values (gen_random_uuid(), 'left', 'Left', '{}', '', true, 'a.md', $1, 5, '', 'waiting', 'somebody', now() - interval '1 minute')`,
      [new TextEncoder().encode("Left.")],
    );
    await until(
      () => tenant.owner("GET", "/policy-uploads"),
      ({ body }) => body.uploads[0].state === "ready",
    );
    expect((await tenant.owner("GET", "/policies/left")).body.content).toBe("Left.");
  });
});
