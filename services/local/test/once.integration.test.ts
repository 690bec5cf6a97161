import { evaluateRequest } from "@ledgix/vault/clearance/evaluate";
import type { VaultDependencies } from "@ledgix/vault/dependencies";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createGateway } from "../../gateway/app.ts";
import { gatewayConfig } from "../../gateway/config.ts";
import { type Caller, type Stack, startStack } from "./stack.ts";

let stack: Stack;
let agent: Caller & { key: string };
const request = { tool_name: "pay", tool_args: { amount: 1, to: "acct_1" } };

beforeAll(async () => {
  stack = await startStack();
  const clientId = await stack.addTenant();
  agent = await stack.addKey(clientId);
  const owner = await stack.addMember(clientId, "owner");
  await owner("POST", "/register-policy", { policy_id: "p", rules: ["Approve when amount is at most 100."] });
});
afterAll(() => stack.close());

const approved = async () => (await agent("POST", "/request-clearance", request)).body;

it("a token is consumed once: 100 parallel consumes over 3 replicas give one 200 and 99 × 409", async () => {
  const urls = [stack.vault.url, (await stack.addReplica()).url, (await stack.addReplica()).url];
  const { token } = await approved();
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) => agent("POST", `${urls[i % 3]}/consume-token`, { token })),
  );
  const statuses = answers.map((answer) => answer.status).toSorted();
  expect(statuses).toEqual([200, ...Array.from({ length: 99 }, () => 409)]);
});

it("a request is decided once, by workers of two replicas that were handed it at the same moment", async () => {
  // A judge that never answers leaves the request undecided, for the race below.
  const stuck: VaultDependencies["judge"] = { ...stack.deps.judge, evaluate: () => new Promise(() => {}) };
  const accepting = await stack.addReplica({ judge: stuck, environment: { VAULT_CLEARANCE_WAIT_MS: "50" } });
  const accepted = await agent("POST", `${accepting.url}/request-clearance`, request);
  expect(accepted.body.status).toBe("processing");
  const [clientId = ""] = await stack.tenants.active();
  const message = { clientId, agentId: "default-agent", requestId: accepted.body.request_id };
  const replica = await stack.addReplica();
  await Promise.all([stack.deps, replica.deps, stack.deps, replica.deps].map((deps) => evaluateRequest(deps, message)));
  expect((await agent("GET", `/clearance-status/${message.requestId}`)).body.status).toBe("approved");
  expect((await agent("GET", `/ledger?request_id=${message.requestId}`)).body.entries).toHaveLength(1);
});

it("the gateway passes a call on once, for exactly the approved arguments, and fails closed", async () => {
  const seen: string[] = [];
  const upstream = await import("node:http").then(({ createServer }) =>
    createServer(async (incoming, response) => {
      let body = "";
      for await (const chunk of incoming) body += chunk;
      seen.push(`${incoming.method} ${incoming.url} ${body} ${incoming.headers["x-ledgix-token"] ?? "no token"}`);
      response.setHeader("x-tool", "yes").end("done");
    }).listen(0, "127.0.0.1"),
  );
  await new Promise((resolve) => upstream.once("listening", resolve));
  const address = upstream.address();
  const config = gatewayConfig.parse({
    GATEWAY_VAULT_URL: stack.vault.url,
    GATEWAY_VAULT_API_KEY: agent.key,
    GATEWAY_UPSTREAM_URL: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
    GATEWAY_TOOL_NAME: "pay",
  });
  const call = (token: string | null, body: object, gateway = createGateway(config)) =>
    gateway.request("/v1/pay?x=1", {
      method: "POST",
      body: JSON.stringify(body),
      headers: token ? { "x-ledgix-token": token } : {},
    });

  const missing = await call(null, request.tool_args);
  expect(missing.status).toBe(401);
  expect(await missing.text()).toContain("/request-clearance");
  const { token } = await approved();
  expect((await call(token, { ...request.tool_args, amount: 2 })).status).toBe(422);
  const dead = createGateway({ ...config, GATEWAY_VAULT_URL: "http://127.0.0.1:9" });
  expect((await call(token, request.tool_args, dead)).status).toBe(503);
  expect(seen).toEqual([]);
  const passed = await call(token, { to: "acct_1", amount: 1 });
  expect([passed.status, passed.headers.get("x-tool"), await passed.text()]).toEqual([200, "yes", "done"]);
  expect(seen).toEqual(['POST /v1/pay?x=1 {"to":"acct_1","amount":1} no token']);
  expect((await call(token, request.tool_args)).status).toBe(409);
  upstream.close();
});
