import { z } from "zod";

/** The gateway's environment. */
export const gatewayConfig = z.object({
  GATEWAY_PORT: z.coerce.number().int().min(0).max(65535).default(8080),
  GATEWAY_VAULT_URL: z.url(),
  /** A key with the scope `clearance`. */
  GATEWAY_VAULT_API_KEY: z.string().min(1),
  /** The protected service, reachable by the gateway alone. */
  GATEWAY_UPSTREAM_URL: z.url(),
  /** The tool that the upstream is: its tokens must name it. */
  GATEWAY_TOOL_NAME: z.string().min(1),
});
export type GatewayConfig = z.infer<typeof gatewayConfig>;
