import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { z } from "zod";

/** A real MCP server, to be protected: a tool that acts, one that tells what it was called with, and a resource. */
export function protectedServer(calls: unknown[]): McpServer {
  const server = new McpServer({ name: "payments", version: "1.0.0" });
  server.registerTool(
    "pay",
    { description: "Pays.", inputSchema: { amount: z.number(), to: z.string().optional() } },
    async (given, extra) => {
      calls.push({ given, meta: extra._meta });
      return { content: [{ type: "text", text: `Paid ${given.amount}, call ${calls.length}.` }] };
    },
  );
  server.registerTool("environment", { description: "Tells names of its environment." }, async () => ({
    content: [{ type: "text", text: Object.keys(process.env).join(" ") }],
  }));
  server.registerResource("rates", "rates://today", {}, async (uri) => ({ contents: [{ uri: uri.href, text: "1.08" }] }));
  return server;
}

if (import.meta.main) await protectedServer([]).connect(new StdioServerTransport());
