import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { serve } from "@hono/node-server";
import { type Caller, type Stack, startStack } from "@ledgix/local/test/stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createGateway } from "../app.ts";
import { gatewayConfig } from "../config.ts";
import { gatewayRoute } from "../routes.ts";

let stack: Stack;
let agent: Caller & { key: string };
let gatewayUrl: string;
const cleanUp: (() => unknown)[] = [];
/** What reached the service, and how it answers. */
const seen: { url: string; body: string; headers: IncomingMessage["headers"] }[] = [];
let answer = (response: ServerResponse): unknown => response.end("done");

async function addressOf(server: { address(): unknown; once(event: string, heard: () => void): unknown }): Promise<string> {
  await new Promise<void>((resolve) => (server.address() ? resolve() : server.once("listening", resolve)));
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`; // a TCP server's
}

beforeAll(async () => {
  stack = await startStack();
  const clientId = await stack.addTenant();
  agent = await stack.addKey(clientId);
  const owner = await stack.addMember(clientId, "owner");
  await owner("POST", "/register-policy", { policy_id: "p", rules: ["Approve when amount is at most 100."] });
  const service = createServer(async (incoming, response) => {
    let body = "";
    for await (const chunk of incoming) body += chunk;
    seen.push({ url: incoming.url ?? "", body, headers: incoming.headers });
    answer(response);
  }).listen(0, "127.0.0.1");
  const config = gatewayConfig.parse({
    GATEWAY_VAULT_URL: stack.vault.url,
    GATEWAY_VAULT_API_KEY: agent.key,
    GATEWAY_UPSTREAM_URL: `${await addressOf(service)}/base/`,
    GATEWAY_UPSTREAM_TIMEOUT_SECONDS: "1",
  });
  const route = gatewayRoute.parse({
    method: "POST",
    path: "/charges/:charge/refunds",
    tool: "refund",
    arguments: { charge: "path.charge", amount: "body.amount" },
    ignore: ["query.trace"],
  });
  const gateway = serve({ fetch: createGateway(config, [route]).fetch, port: 0, hostname: "127.0.0.1" });
  gatewayUrl = await addressOf(gateway);
  cleanUp.push(
    () => service.close(),
    () => gateway.close(),
  );
});
afterAll(async () => {
  for (const step of cleanUp) step();
  await stack.close();
});

const approved = async (tool_args = { charge: "ch_1", amount: 5 }) => {
  const { body } = await agent("POST", "/request-clearance", { tool_name: "refund", tool_args });
  expect(body.status).toBe("approved");
  return body.token as string; // an approval has one
};
const refund = (token: string, body = '{"amount":5}', path = "/charges/ch_1/refunds?trace=t", headers = {}) =>
  fetch(gatewayUrl + path, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", "x-ledgix-token": token, ...headers },
  });

describe("the gateway", () => {
  it("passes on what was approved, below the service's own path, without the token and the connection's headers", async () => {
    seen.length = 0;
    const token = await approved();
    // fetch does not send Connection of its own.
    const request = httpRequest(`${gatewayUrl}/charges/ch_1/refunds?trace=t`, {
      method: "POST",
      headers: { "x-ledgix-token": token, connection: "close, x-hop", "x-hop": "1", "x-end": "1" },
    });
    request.end('{"amount":5}');
    const [response] = await once(request, "response");
    expect(response.statusCode).toBe(200);
    expect(seen).toMatchObject([{ url: "/base/charges/ch_1/refunds?trace=t", body: '{"amount":5}' }]);
    expect(seen[0]?.headers).toMatchObject({ "x-end": "1" });
    expect(Object.keys(seen[0]?.headers ?? {})).not.toContain("x-ledgix-token");
    expect(Object.keys(seen[0]?.headers ?? {})).not.toContain("x-hop");
    expect((await refund(token)).status).toBe(409);
  });

  it("hands the service the reading that was approved, where a name stands twice", async () => {
    seen.length = 0;
    expect((await refund(await approved(), '{"amount":500,"amount":5}')).status).toBe(200);
    expect(seen.map(({ body }) => body)).toEqual(['{"amount":5}']);
  });

  it("refuses what no approval covers, another action, a forged token and what no route names, and burns nothing for it", async () => {
    seen.length = 0;
    const token = await approved();
    const codeOf = async (response: Promise<Response>) => ((await (await response).json()) as { code: string }).code; // a problem
    expect(await codeOf(refund(token, '{"amount":5,"to":"acct_9"}'))).toBe("not_covered");
    expect(await codeOf(refund(token, '{"amount":6}'))).toBe("arguments_mismatch");
    expect(await codeOf(refund(token, '{"amount":5}', "/charges/ch_2/refunds"))).toBe("arguments_mismatch");
    expect(await codeOf(refund(`${token.slice(0, -4)}AAAA`))).toBe("token_invalid");
    expect(await codeOf(refund(token, '{"amount":5}', "/charges/ch_1"))).toBe("not_found");
    const without = await refund("");
    expect([without.status, without.headers.get("www-authenticate")]).toEqual([401, 'Ledgix realm="tool"']);
    expect(await without.json()).toMatchObject({
      tool_name: "refund",
      request_clearance_url: `${stack.vault.url}/request-clearance`,
    });
    expect(seen).toEqual([]);
    expect((await refund(token)).status).toBe(200);
  });

  it("streams an answer as it comes, and gives up on a service that does not begin one", async () => {
    let end = () => {};
    answer = (response) => {
      response.write("begun");
      end = () => void response.end(", ended");
    };
    const reader = (await refund(await approved())).body?.getReader();
    const text = async () => new TextDecoder().decode((await reader?.read())?.value);
    expect(await text()).toBe("begun");
    end();
    expect(await text()).toBe(", ended");
    answer = () => {};
    const silent = await refund(await approved());
    expect([silent.status, await silent.json()]).toMatchObject([502, { code: "upstream_failed" }]);
    answer = (response) => response.end("done");
  });
});
