import { type ClearanceAnswer, type ClearanceRequest, clearanceAnswer, consumeAnswer } from "@ledgix/contract/clearance";
import type { JsonObject } from "@ledgix/contract/json";
import { type ProblemCode, ProblemError, problem, problems } from "@ledgix/contract/problem";
import { traceContext } from "@ledgix/telemetry/tracing";
import type { z } from "zod";

export type VaultAddress = { GATEWAY_VAULT_URL: string; GATEWAY_VAULT_API_KEY: string };

/** Beyond what the call itself may wait for. Milliseconds. */
const TIMEOUT_MS = 10_000;
/** Tries of a call that did not come through. Under one Idempotency-Key they are one call. */
const TRIES = 2;

/** Vault, as the gateway speaks to it. What does not come through throws a problem that fails closed. */
export function vaultClient({ GATEWAY_VAULT_URL: url, GATEWAY_VAULT_API_KEY: apiKey }: VaultAddress) {
  const base = url.replace(/\/+$/, "");

  async function call<Schema extends z.ZodType>(
    schema: Schema,
    path: string,
    options: { body?: object; waitSeconds?: number; idempotencyKey?: string } = {},
  ): Promise<z.output<Schema>> {
    const { body, waitSeconds = 0, idempotencyKey = crypto.randomUUID() } = options;
    for (let tries = 1; ; tries++) {
      const response = await fetch(base + path, {
        method: body ? "POST" : "GET",
        headers: {
          "content-type": "application/json",
          "x-vault-api-key": apiKey,
          "idempotency-key": idempotencyKey,
          ...traceContext(),
        },
        ...(body && { body: JSON.stringify(body) }),
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS + waitSeconds * 1000),
      }).catch(() => null);
      if (response?.ok) return schema.parse(await response.json());
      const isLost = response === null || response.status >= 500;
      if (isLost && tries < TRIES) continue;
      throw await refusal(response);
    }
  }

  return {
    /** @throws {ProblemError} what Vault refused with, or that it cannot be reached */
    requestClearance: (request: Partial<ClearanceRequest>, idempotencyKey: string): Promise<ClearanceAnswer> =>
      call(clearanceAnswer, "/request-clearance", { body: request, idempotencyKey }),
    status: (requestId: string, waitSeconds: number): Promise<ClearanceAnswer> =>
      call(clearanceAnswer, `/clearance-status/${encodeURIComponent(requestId)}?wait=${waitSeconds}`, { waitSeconds }),
    /** Burns the token for exactly this tool and these arguments. */
    consume: (token: string, toolName: string, toolArgs: JsonObject) =>
      call(consumeAnswer, "/consume-token", { body: { token, tool_name: toolName, tool_args: toolArgs } }),
  };
}
export type VaultClient = ReturnType<typeof vaultClient>;

async function refusal(response: Response | null): Promise<ProblemError> {
  if (response === null) {
    return new ProblemError("tenant_unavailable", "Vault cannot be reached, so the call was not passed on.", { retryAfter: 5 });
  }
  const told = problem.safeParse(await response.json().catch(() => null));
  const code = told.data && told.data.code in problems ? (told.data.code as ProblemCode) : "internal_error"; // checked on this line
  const retryAfter = Number(response.headers.get("retry-after"));
  return new ProblemError(code, told.data?.detail ?? "Vault refused the call.", retryAfter > 0 ? { retryAfter } : {});
}
