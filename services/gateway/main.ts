import { serve } from "@hono/node-server";
import { createGateway } from "./app.ts";
import { gatewayConfig } from "./config.ts";

const parsed = gatewayConfig.safeParse(process.env);
if (!parsed.success) {
  console.error(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("\n"));
  process.exit(1);
}
serve({ fetch: createGateway(parsed.data).fetch, port: parsed.data.GATEWAY_PORT }, ({ port }) =>
  console.log(`The gateway listens on ${port}.`),
);
