import { type Caller, type Stack, startStack } from "@ledgix/local/test/stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countsOf } from "./minting.ts";

// What nobody may be called, at every door that takes a name. Which texts those are: packages/contract/names.test.ts.

let stack: Stack;
let clientId: string;
let agent: Caller;
let owner: Caller;
beforeAll(async () => {
  stack = await startStack();
  clientId = await stack.addTenant();
  [agent, owner] = [await stack.addKey(clientId), await stack.addMember(clientId, "owner")];
});
afterAll(() => stack.close());

const TOKEN = "a.b.c";
const call = { tool_name: "pay", tool_args: { amount: 1 } };
const source = { base_url: "https://acme.atlassian.net", email: "a@example.com", token: "longenough", space_key: "S" };
const fullRule = { id: "r", name: "R" };

/** Each door, with what it is sent under the name. */
const toolDoors: [string, string, (tool: string) => [Caller, string, object]][] = [
  ["POST", "/request-clearance", (tool_name) => [agent, "", { ...call, tool_name }]],
  ["POST", "/mint-token", (tool_name) => [agent, "", { ...call, tool_name, original_request_id: crypto.randomUUID() }]],
  ["POST", "/consume-token", (tool_name) => [agent, "", { token: TOKEN, tool_name }]],
  ["POST", "/register-policy", (tool) => [owner, "", { policy_id: "p", rules: [], tools: ["pay", tool] }]],
  ["POST", "/policies", (tool) => [owner, "", { policy_id: "p", title: "P", tools: [tool], rules: [], content: "text" }]],
  ["POST", "/confluence", (tool) => [owner, "", { ...source, tools: [tool] }]],
  ["POST", "/policy-trial", (tool_name) => [owner, "", { call: { ...call, tool_name } }]],
  ["PUT", "/review-settings", (tool) => [owner, "", { tool_thresholds: { [tool]: 0.9 } }]],
  ["PUT", "/review-settings", (tool) => [owner, "", { templates: { [tool]: { text: "Pay", noun: "payment" } } }]],
];
const badTools = [
  "",
  " ",
  " pay",
  "pay\r\n",
  "pay\u202e",
  "pay\u2028",
  "\u0007",
  "ledgix.pay",
  "LEDGIX\uff0epay",
  "l\u0435dgix\u2024pay",
];

describe("a tool's name that nobody may have", () => {
  it.each(toolDoors.flatMap((door) => badTools.map((name) => [door[0], door[1], name, door[2]] as const)))(
    "is refused by %s %s: %j",
    async (method, path, name, sent) => {
      const before = await countsOf(stack, clientId);
      const [caller, , body] = sent(name);
      const answer = await caller(method, path, body);
      expect([answer.status, answer.body.code]).toEqual([422, "invalid_body"]);
      expect(answer.body.detail).toMatch(/must/);
      expect(await countsOf(stack, clientId)).toEqual(before);
    },
  );

  it.each(["%20", "pay%0D%0A", "%E2%80%AEpay", "ledgix.pay", "Ledgix%EF%BC%8Epay"])("has no mapping: %s", async (name) => {
    const { status, body } = await owner("PUT", `/tools/${name}/mapping`, {});
    expect([status, body.code]).toEqual([422, "invalid_body"]);
  });

  it("is no pattern of a rule, and no tool of an uploaded file", async () => {
    const rules = [{ ...fullRule, when: { tools: ["pay\u202e*"] } }];
    expect((await owner("PUT", "/review-settings", { rules })).status).toBe(422);
    const form = new FormData();
    form.set("file", new File(["# Gifts\n\nGifts are fine.\n"], "gifts.md"));
    form.set("documentName", "Gifts");
    form.set("tools", "pay,ledgix.pay");
    const { status, body } = await owner("POST", "/admin/upload-policy", form);
    expect([status, body.code]).toEqual([422, "invalid_body"]);
  });
});

const claims =
  "agent_id session_id human_principal parent_jti destination_uri destination_provider destination_account_ref purpose processing_register_ref dataset_ref".split(
    " ",
  );
describe.each(["/request-clearance", "/mint-token"])("%s", (path) => {
  const send = (said: object) => agent("POST", path, { ...call, original_request_id: crypto.randomUUID(), ...said });

  it.each(claims.flatMap((field) => ["a\u0000", "a\u001b[2J", "a\u202eb", "\u2066a", "a\u2028b"].map((text) => [field, text])))(
    "refuses %s of %j",
    async (field, text) => {
      const { status, body } = await send({ [field ?? ""]: text });
      expect([status, body.errors[0].path]).toEqual([422, field]);
    },
  );

  it.each(["ledgix", "LEDGIX", " ledgix", "ｌｅｄｇｉｘ"])("refuses the agent %j", async (agent_id) => {
    expect((await send({ agent_id })).status).toBe(422);
  });

  it("refuses half a surrogate pair, and a category that turns its text around", async () => {
    const half = await agent("POST", path, '{"tool_name":"pay\\ud800"}');
    expect([half.status, half.body.code]).toEqual([422, "invalid_string"]);
    expect((await send({ data_categories: ["pii\u202e"] })).status).toBe(422);
  });

  it("takes what clients send: empty names, and a purpose of several lines", async () => {
    const { body } = await send({
      agent_id: "",
      session_id: "",
      human_principal: "",
      purpose: "Rent\r\n\tof May",
      data_categories: [],
    });
    expect(body.code).not.toBe("invalid_body");
  });
});

it("a row that was stored under such a name before is still read, listed and decided", async () => {
  const { body } = await agent("POST", "/request-clearance", { ...call, agent_id: "bot" });
  const database = await stack.tenants.database(clientId);
  await database.run("update clearance_requests set tool_name = $2, agent_id = $3 where request_id = $1", [
    body.request_id,
    "ledgix.pay\u202e",
    "led\r\ngix",
  ]);
  await database.run(
    `insert into settings (name, value, updated_by) values ('review', $1::json, 'somebody')
     on conflict (name) do update set value = excluded.value`,
    [JSON.stringify({ tool_thresholds: { "ledgix.pay\u202e": 0.9 }, rules: [{ ...fullRule, when: { tools: ["a\u202e*"] } }] })],
  );
  expect((await owner("GET", "/review-settings")).status).toBe(200);
  expect((await owner("PUT", "/review-settings", { deny_uncovered: false })).status).toBe(200);
  expect((await agent("GET", `/clearance-status/${body.request_id}`)).status).toBe(200);
  expect((await owner("GET", "/reviews?status=all")).body.reviews.length).toBeGreaterThan(0);
  const decision = { approved: false, review_reason: "no" };
  expect((await owner("POST", `/reviews/${body.request_id}/decision`, decision)).status).toBe(200);
});
