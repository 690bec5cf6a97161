import type { SettingGroup } from "@ledgix/configuration/reference";
import { address, between, path, port, seconds, text } from "@ledgix/configuration/setting";
import { z } from "zod";

// The gateway's environment.

const toVault = {
  GATEWAY_VAULT_URL: address.describe("Vault."),
  GATEWAY_VAULT_API_KEY: text.describe("A key with the scope `clearance`."),
  AWS_SECRET_NAME: text.optional().describe("A bundle of settings that is laid over the environment at the start."),
  GATEWAY_JWT_ISSUER: text.default("alcv-vault").describe("The claim `iss` that a token must have: Vault's VAULT_JWT_ISSUER."),
  GATEWAY_JWT_AUDIENCE: text.default("ledgix-sdk").describe("One that its claim `aud` must name: of Vault's VAULT_JWT_AUDIENCE."),
};

const listening = {
  GATEWAY_HOST: text.default("0.0.0.0").describe("Bind address."),
  GATEWAY_PORT: port.default(8080).describe("Listen port."),
};

const http = {
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
    .describe("The protected MCP server, over streamable HTTP; or its command is given after --."),
  GATEWAY_MCP_WAIT_SECONDS: between(0, 3_600, "seconds")
    .default(20)
    .describe("How long a call is held for a person before it is answered as paused."),
  GATEWAY_MCP_AGENT_ID: text.optional().describe("Who asks for clearance; what the client calls itself where unset."),
};

export const gatewayConfig = z.object({ ...toVault, ...listening, ...http });
export type GatewayConfig = z.infer<typeof gatewayConfig>;
export const mcpGatewayConfig = z.object({ ...toVault, ...listening, ...mcp });

/** The settings as the reference shows them. */
export const gatewaySettings: SettingGroup[] = [
  { title: "Vault", settings: toVault },
  { title: "listening", settings: listening },
  { title: "in front of an HTTP service", settings: http },
  { title: "in front of an MCP server", settings: mcp },
];
