import { join } from "node:path";
import { serve } from "@hono/node-server";
import { createMcpGateway } from "@ledgix/gateway/mcp/http";
import { vaultClient } from "@ledgix/gateway/vault";
import { type Caller, type Stack, startStack, until } from "@ledgix/local/test/stack";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { getDefaultEnvironment, StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { type CallToolResult, CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { protectedServer } from "./mcp-server.ts";

let stack: Stack;
let owner: Caller;
let key: string;
const cleanUp: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  stack = await startStack();
  const clientId = await stack.addTenant();
  owner = await stack.addMember(clientId, "owner");
  ({ key } = await stack.addKey(clientId));
  await owner("POST", "/register-policy", {
    policy_id: "p",
    tools: ["pay"],
    rules: ["Approve when amount is at most 100.", "Deny when amount is over 500."],
  });
});
afterAll(async () => {
  for (const step of cleanUp.reverse()) await step();
  await stack.close();
});

async function listen(fetch: (request: Request) => Response | Promise<Response>): Promise<string> {
  const server = serve({ fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  cleanUp.push(async () => {
    server.close();
    if ("closeAllConnections" in server) server.closeAllConnections();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
}

/** A protected server over streamable HTTP. @returns its address, and the calls that reached it */
async function startServer(): Promise<{ url: string; calls: unknown[] }> {
  const calls: unknown[] = [];
  const transports = new Map<string, WebStandardStreamableHTTPServerTransport>();
  const app = new Hono();
  app.all("/mcp", async (context) => {
    const known = transports.get(context.req.header("mcp-session-id") ?? "");
    if (known) return known.handleRequest(context.req.raw);
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => void transports.set(id, transport),
    });
    await protectedServer(calls).connect(transport as Transport);
    return transport.handleRequest(context.req.raw);
  });
  return { url: `${await listen(app.fetch)}/mcp`, calls };
}

async function connect(transport: Transport): Promise<Client> {
  const client = new Client({ name: "support-agent", version: "1.0.0" });
  await client.connect(transport);
  cleanUp.push(() => client.close());
  return client;
}

const overStdio = async (waitSeconds: number, vaultUrl = stack.vault.url) =>
  connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [
        join(import.meta.dirname, "../mcp/main.ts"),
        "stdio",
        "--",
        process.execPath,
        join(import.meta.dirname, "mcp-server.ts"),
      ],
      env: {
        ...getDefaultEnvironment(),
        GATEWAY_VAULT_URL: vaultUrl,
        GATEWAY_VAULT_API_KEY: key,
        GATEWAY_MCP_WAIT_SECONDS: String(waitSeconds),
      },
    }),
  );
async function overHttp(waitSeconds: number, vaultUrl = stack.vault.url): Promise<Client> {
  const { url } = await startServer();
  const gateway = createMcpGateway({
    vault: vaultClient({ GATEWAY_VAULT_URL: vaultUrl, GATEWAY_VAULT_API_KEY: key }),
    agentId: undefined,
    waitSeconds,
    onError: () => {},
    openUpstream: () => new StreamableHTTPClientTransport(new URL(url)) as Transport,
  });
  cleanUp.push(() => gateway.closeSessions());
  return connect(new StreamableHTTPClientTransport(new URL(`${await listen(gateway.fetch)}/mcp`)) as Transport);
}

const call = async (client: Client, name: string, given: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  CallToolResultSchema.parse(await client.callTool({ name, arguments: given, ...more }));
const textOf = ({ content }: CallToolResult) => content.map((part) => (part.type === "text" ? part.text : "")).join("");
const requestOf = ({ _meta }: CallToolResult) => String(_meta?.["com.ledgix/request_id"]);

describe.each([
  ["stdio", overStdio],
  ["streamable HTTP", overHttp],
] as const)("an MCP server behind the guard, over %s", (_, open) => {
  it("is called where the policies allow it, and everything but calls passes as it is", async () => {
    const client = await open(0);
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["pay", "environment"]);
    expect((await client.readResource({ uri: "rates://today" })).contents).toMatchObject([{ text: "1.08" }]);
    expect(textOf(await call(client, "pay", { amount: 45 }))).toBe("Paid 45, call 1.");
    expect(textOf(await call(client, "pay", { amount: 45 }))).toBe("Paid 45, call 2."); // another call, another clearance
  });

  it("is not called where they deny it, and the model reads why", async () => {
    const client = await open(0);
    const denied = await call(client, "pay", { amount: 900 });
    expect([denied.isError, textOf(denied)]).toEqual([true, expect.stringContaining("Deny when amount is over 500")]);
    expect(textOf(await call(client, "pay", { amount: 45 }))).toBe("Paid 45, call 1.");
  });

  it("waits for a person: the call says where it stands, and goes on when it is made again", async () => {
    const client = await open(0);
    const paused = await call(client, "pay", { amount: 300 });
    expect(paused).toMatchObject({ isError: true, _meta: { "com.ledgix/status": "pending_review" } });
    expect(textOf(paused)).toContain("again with the same arguments");
    const again = await call(client, "pay", { amount: 300 });
    expect(requestOf(again)).toBe(requestOf(paused)); // one case, however often it is asked
    await owner("POST", `/reviews/${requestOf(paused)}/decision`, { approved: true, review_reason: "fine" });
    expect(textOf(await call(client, "pay", { amount: 300 }))).toBe("Paid 300, call 1.");
    expect(requestOf(await call(client, "pay", { amount: 300 }))).not.toBe(requestOf(paused)); // used up
  });

  it("is called at once when the person decides while the call is held, and the client hears that it waits", async () => {
    const client = await open(20);
    const told: (string | undefined)[] = [];
    const waiting = client.callTool({ name: "pay", arguments: { amount: 301 } }, CallToolResultSchema, {
      onprogress: ({ message }) => told.push(message),
    });
    const { body } = await until(
      () => owner("GET", "/reviews?tool=pay"),
      (answer) => answer.body.reviews.some(({ tool_args }: { tool_args: { amount: number } }) => tool_args.amount === 301),
    );
    const waitingCase = body.reviews.find(({ tool_args }: { tool_args: { amount: number } }) => tool_args.amount === 301);
    await until(
      async () => told,
      (messages) => messages.length > 0,
    );
    await owner("POST", `/reviews/${waitingCase.request_id}/decision`, { approved: true, review_reason: "fine" });
    expect(textOf(CallToolResultSchema.parse(await waiting))).toBe("Paid 301, call 1.");
    expect(told[0]).toContain("Waiting for a reviewer");
  });

  it("is not called for other arguments than those of the request that is named", async () => {
    const client = await open(0);
    const paused = await call(client, "pay", { amount: 302 });
    await owner("POST", `/reviews/${requestOf(paused)}/decision`, { approved: true, review_reason: "fine" });
    const _meta = { "com.ledgix/request_id": requestOf(paused) };
    const other = await call(client, "pay", { amount: 499 }, { _meta });
    expect([other.isError, textOf(other)]).toEqual([true, expect.stringContaining("not the arguments that were approved")]);
    const fresh = await open(0); // a guard that knows nothing of the first session
    expect(textOf(await call(fresh, "pay", { amount: 302 }, { _meta }))).toBe("Paid 302, call 1.");
  });

  it("follows the tenant's default for a tool that no policy covers", async () => {
    const client = await open(0);
    expect((await call(client, "environment", {}))._meta).toMatchObject({ "com.ledgix/status": "pending_review" });
    await owner("PUT", "/review-settings", { deny_uncovered: true });
    const denied = await (await open(0)).callTool({ name: "environment", arguments: {} });
    expect(denied).toMatchObject({ isError: true, _meta: { "com.ledgix/status": "denied" } });
    await owner("PUT", "/review-settings", { deny_uncovered: false });
  });

  it("is not called while Vault is away", async () => {
    const client = await open(0, "http://127.0.0.1:9");
    const refused = await call(client, "pay", { amount: 1 });
    expect([refused.isError, textOf(refused)]).toEqual([true, expect.stringContaining("nothing was done")]);
  });
});

describe("the guard", () => {
  it("keeps its key from the server that it starts", async () => {
    const client = await overStdio(0);
    const paused = await call(client, "environment", {});
    await owner("POST", `/reviews/${requestOf(paused)}/decision`, { approved: true, review_reason: "fine" });
    const names = textOf(await call(client, "environment", {}));
    expect(names).toContain("PATH");
    expect(names).not.toContain("GATEWAY_");
  });

  it("says who asked by what the client calls itself", async () => {
    const client = await overHttp(0);
    await call(client, "pay", { amount: 2 });
    const { entries } = (await owner("GET", "/ledger?limit=2")).body;
    expect(entries.map(({ agent_id }: { agent_id: string }) => agent_id)).toEqual(["support-agent", "support-agent"]);
  });

  it("serves no page of another site, and no session that it does not know", async () => {
    const gateway = createMcpGateway({
      vault: vaultClient({ GATEWAY_VAULT_URL: stack.vault.url, GATEWAY_VAULT_API_KEY: key }),
      waitSeconds: 0,
      onError: () => {},
      openUpstream: () => new StreamableHTTPClientTransport(new URL("http://127.0.0.1:9/mcp")) as Transport,
    });
    const post = (headers: Record<string, string>) => gateway.request("http://localhost/mcp", { method: "POST", headers });
    expect((await post({ origin: "https://evil.example", host: "localhost" })).status).toBe(403);
    expect((await post({ "mcp-session-id": "unknown" })).status).toBe(404);
  });
});
