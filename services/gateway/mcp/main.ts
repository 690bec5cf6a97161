import { serve } from "@hono/node-server";
import { ConfigError, readConfig } from "@ledgix/configuration/read";
import { mergeBootstrapSecret } from "@ledgix/tenancy/bootstrap-secret";
import { getDefaultEnvironment, StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { mcpGatewayConfig } from "../config.ts";
import { vaultClient } from "../vault.ts";
import { guardMcp } from "./guard.ts";
import { createMcpGateway } from "./http.ts";

// The guard in front of an MCP server: `main.ts stdio|http [-- command of the server …]`. Without a command GATEWAY_MCP_UPSTREAM_URL
// names the server. On stdio standard output is the protocol's, so everything else goes to standard error.

async function main(): Promise<void> {
  const [mode, ...rest] = process.argv.slice(2);
  const [command, ...args] = rest[0] === "--" ? rest.slice(1) : rest;
  const config = readConfig(mcpGatewayConfig, await mergeBootstrapSecret(process.env));
  const url = config.GATEWAY_MCP_UPSTREAM_URL;
  if ((mode !== "stdio" && mode !== "http") || (command === undefined) === (url === undefined)) {
    throw new ConfigError([
      "Say how clients come, and what is protected: stdio or http, then -- and the server's command, or GATEWAY_MCP_UPSTREAM_URL.",
    ]);
  }
  const openUpstream = (): Transport =>
    command === undefined
      ? // The SDK's own class is stricter than its interface about `undefined`.
        (new StreamableHTTPClientTransport(new URL(url ?? "")) as Transport)
      : new StdioClientTransport({ command, args, stderr: "inherit", env: withoutKeys() });
  const onError = (error: unknown) => console.error(`The guard: ${error instanceof Error ? error.message : "an error"}`);
  const options = {
    vault: vaultClient(config),
    agentId: config.GATEWAY_MCP_AGENT_ID,
    waitSeconds: config.GATEWAY_MCP_WAIT_SECONDS,
    onError,
  };
  if (mode === "stdio") {
    const client = new StdioServerTransport();
    const guard = await guardMcp({ ...options, client, upstream: openUpstream(), sessionId: crypto.randomUUID() });
    process.stdin.once("end", () => void guard.close());
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void guard.close());
    return;
  }
  const gateway = createMcpGateway({ ...options, openUpstream });
  const server = serve({ fetch: gateway.fetch, port: config.GATEWAY_PORT, hostname: config.GATEWAY_HOST }, ({ port }) =>
    console.error(`The MCP guard listens on ${port}, at /mcp.`),
  );
  const stop = () => void gateway.closeSessions().finally(() => server.close(() => process.exit(0)));
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

/** The server behind must not find the guard's key, nor where it is kept: it could clear calls for itself. */
function withoutKeys(): Record<string, string> {
  const passed = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && !name.startsWith("GATEWAY_") && name !== "AWS_SECRET_NAME",
  );
  return { ...getDefaultEnvironment(), ...Object.fromEntries(passed.map(([name, value]) => [name, value ?? ""])) };
}

main().catch((error) => {
  console.error(error instanceof ConfigError || error.name === "BootstrapSecretError" ? error.message : error);
  process.exit(1);
});
