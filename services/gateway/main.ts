import { readFile } from "node:fs/promises";
import { serve } from "@hono/node-server";
import { ConfigError, readConfig } from "@ledgix/configuration/read";
import { startTracing } from "@ledgix/telemetry/tracing";
import { mergeBootstrapSecret } from "@ledgix/tenancy/bootstrap-secret";
import { tellOperator } from "@ledgix/tenancy/tell-operator";
import { createGateway } from "./app.ts";
import { gatewayConfig } from "./config.ts";
import { type GatewayRoute, routesFile } from "./routes.ts";

// The gateway in front of an HTTP service, as a process of its own.

async function readRoutes(file: string): Promise<GatewayRoute[]> {
  const text = await readFile(file, "utf8").catch(() => {
    throw new ConfigError([`GATEWAY_ROUTES_FILE: ${file} cannot be read.`]);
  });
  const parsed = routesFile.safeParse(parseText(text, file));
  if (parsed.success) return parsed.data.routes;
  throw new ConfigError(parsed.error.issues.map((issue) => `${file}: ${issue.path.join(".") || "the file"} ${issue.message}`));
}

function parseText(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigError([`GATEWAY_ROUTES_FILE: ${file} is not JSON.`]);
  }
}

async function main(): Promise<void> {
  const environment = await mergeBootstrapSecret(process.env);
  const config = readConfig(gatewayConfig, environment);
  const { GATEWAY_ROUTES_FILE: file, GATEWAY_TOOL_NAME: tool } = config;
  if ((file === undefined) === (tool === undefined)) {
    throw new ConfigError(["GATEWAY_ROUTES_FILE or GATEWAY_TOOL_NAME: one of them says what the service does."]);
  }
  const tracing = startTracing("ledgix-gateway", environment);
  const gateway = createGateway(config, file === undefined ? [] : await readRoutes(file));
  const server = serve({ fetch: gateway.fetch, port: config.GATEWAY_PORT, hostname: config.GATEWAY_HOST }, ({ port }) =>
    console.log(`The gateway listens on ${port}.`),
  );
  const stop = () => server.close(() => void tracing.shutdown().finally(() => process.exit(0)));
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

main().catch((error) => {
  tellOperator(error);
  process.exit(1);
});
