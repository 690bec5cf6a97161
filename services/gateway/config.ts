import type { SettingGroup } from "@ledgix/configuration/reference";
import { address, path, port, seconds, text } from "@ledgix/configuration/setting";
import { z } from "zod";

// The gateway's environment.

const toVault = {
  GATEWAY_VAULT_URL: address.describe("Vault."),
  GATEWAY_VAULT_API_KEY: text.describe("A key with the scope `clearance`."),
  GATEWAY_JWT_ISSUER: text.default("alcv-vault").describe("The claim `iss` that a token must have: Vault's VAULT_JWT_ISSUER."),
  GATEWAY_JWT_AUDIENCE: text.default("ledgix-sdk").describe("One that its claim `aud` must name: of Vault's VAULT_JWT_AUDIENCE."),
};

const http = {
  GATEWAY_HOST: text.default("0.0.0.0").describe("Bind address."),
  GATEWAY_PORT: port.default(8080).describe("Listen port."),
  GATEWAY_UPSTREAM_URL: address.describe("The protected service, reachable by the gateway alone."),
  GATEWAY_TOOL_NAME: text
    .optional()
    .describe("The one tool that the service is, where no routes are given: its arguments are the JSON body."),
  GATEWAY_ROUTES_FILE: path
    .optional()
    .describe("Routes as JSON: which request is which tool, and where its arguments stand (docs/gateway.md)."),
  GATEWAY_UPSTREAM_TIMEOUT_SECONDS: seconds.default(60).describe("Until the service must have begun its answer."),
};

const mcp = {
  GATEWAY_MCP_UPSTREAM_URL: address
    .optional()
    .describe("A protected MCP server (streamable HTTP); where unset, the command after `--` is started and spoken to by stdio."),
  GATEWAY_MCP_PORT: port.optional().describe("Serves streamable HTTP at /mcp; where unset, clients speak by stdio."),
  GATEWAY_MCP_HOST: text.default("127.0.0.1").describe("Bind address."),
  GATEWAY_MCP_AGENT_ID: text.optional().describe("The `agent_id` of its requests; the client's own name where unset."),
  GATEWAY_MCP_WAIT_SECONDS: seconds
    .default(20)
    .describe("How long a call waits for a reviewer before its client is told that it is paused."),
};

export const gatewayConfig = z.object({ ...toVault, ...http });
export type GatewayConfig = z.infer<typeof gatewayConfig>;
export const mcpConfig = z.object({ ...toVault, ...mcp });
export type McpConfig = z.infer<typeof mcpConfig>;

/** The settings as the reference shows them. */
export const gatewaySettings: SettingGroup[] = [
  { title: "Vault", settings: toVault },
  { title: "in front of an HTTP service", settings: http },
  { title: "in front of an MCP server", settings: mcp },
];
