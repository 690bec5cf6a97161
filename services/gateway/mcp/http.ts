import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { type Context, Hono } from "hono";
import type { GuardOptions } from "./guard.ts";
import { guardMcp } from "./guard.ts";

export type McpHttpOptions = Pick<GuardOptions, "vault" | "agentId" | "waitSeconds" | "onError"> & {
  /** Opens a way to the protected server, one a session. */
  openUpstream: () => Transport;
};

/** The guard as a streamable HTTP endpoint at `/mcp`: each MCP session has a session of its own with the server behind. */
export function createMcpGateway({ openUpstream, ...options }: McpHttpOptions): Hono & { closeSessions(): Promise<void> } {
  const app = new Hono();
  const sessions = new Map<string, { transport: WebStandardStreamableHTTPServerTransport; close(): Promise<void> }>();

  app.get("/health", (context) => context.json({ status: "ok" }));
  app.all("/mcp", async (context) => {
    if (isCrossOrigin(context)) return context.json(rpcError("Requests of other origins are not served."), 403);
    const id = context.req.header("mcp-session-id");
    const known = id === undefined ? undefined : sessions.get(id);
    if (known) return known.transport.handleRequest(context.req.raw);
    if (id !== undefined) return context.json(rpcError("There is no such session. Initialize a new one."), 404);
    const transport = await openSession();
    return transport.handleRequest(context.req.raw);
  });

  async function openSession(): Promise<WebStandardStreamableHTTPServerTransport> {
    const sessionId = crypto.randomUUID();
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => sessionId,
      onsessioninitialized: () => void sessions.set(sessionId, { transport, close: guard.close }),
      onsessionclosed: () => void sessions.delete(sessionId),
    });
    // The SDK's own class says `sessionId?: string | undefined` where its interface says `sessionId?: string`.
    const guard = await guardMcp({ ...options, client: transport as Transport, upstream: openUpstream(), sessionId });
    return transport;
  }

  return Object.assign(app, {
    async closeSessions() {
      await Promise.all([...sessions.values()].map(({ close }) => close()));
      sessions.clear();
    },
  });
}

/** A page of another site must not reach a guard on this machine (MCP, streamable HTTP, security). */
function isCrossOrigin(context: Context): boolean {
  const origin = context.req.header("origin");
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== context.req.header("host");
}

const rpcError = (message: string) => ({ jsonrpc: "2.0", id: null, error: { code: -32_000, message } });
