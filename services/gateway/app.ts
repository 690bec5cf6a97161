import { type JsonObject, JsonRefused, jsonObject, parseJson } from "@ledgix/contract/json";
import { type ProblemCode, ProblemError, problem, problems } from "@ledgix/contract/problem";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { GatewayConfig } from "./config.ts";

const MAX_BODY_BYTES = 1024 * 1024;
const VAULT_TIMEOUT_MS = 10_000;
/** Headers that concern one connection, and are not passed on (RFC 9110 §7.6.1), and those that were meant for the gateway. */
const NOT_FORWARDED = [
  "connection",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "host",
  "content-length",
  "x-ledgix-token",
];

/**
 * Stands in front of one protected tool: a call needs an A-JWT in `X-Ledgix-Token`, issued for this tool and for exactly the JSON body
 * that it forwards. The token is burned through Vault first; only then does the call go on. What cannot be checked does not pass.
 */
export function createGateway(config: GatewayConfig): Hono {
  const app = new Hono();
  app.onError((error) => {
    const known =
      error instanceof ProblemError ? error : new ProblemError("internal_error", "The gateway could not pass the call on.");
    return new Response(JSON.stringify(known.toJSON(crypto.randomUUID())), {
      status: known.status,
      headers: {
        "content-type": "application/problem+json",
        ...(known.status === 401 && { "www-authenticate": 'Ledgix realm="tool"' }),
        ...(known.retryAfter !== undefined && { "retry-after": String(known.retryAfter) }),
      },
    });
  });
  app.get("/health", (context) => context.json({ status: "ok" }));
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES }));
  app.all("*", async (context) => {
    const token = context.req.header("x-ledgix-token");
    if (!token) {
      throw new ProblemError(
        "unauthenticated",
        `This tool needs clearance. Ask ${config.GATEWAY_VAULT_URL}/request-clearance for tool_name ${config.GATEWAY_TOOL_NAME}, and send the token in X-Ledgix-Token.`,
      );
    }
    const body = await context.req.text();
    await burn(config, token, readArguments(body));
    return forward(config, context, body);
  });
  return app;
}

function readArguments(body: string): JsonObject {
  try {
    return jsonObject.parse(body === "" ? {} : parseJson(body));
  } catch (error) {
    if (error instanceof JsonRefused) throw new ProblemError(error.code, error.message);
    throw new ProblemError("invalid_body", "The body must be the approved arguments, as a JSON object.");
  }
}

async function burn(config: GatewayConfig, token: string, toolArgs: JsonObject): Promise<void> {
  const response = await fetch(new URL("/consume-token", config.GATEWAY_VAULT_URL), {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-vault-api-key": config.GATEWAY_VAULT_API_KEY,
      "idempotency-key": crypto.randomUUID(),
    },
    body: JSON.stringify({ token, tool_name: config.GATEWAY_TOOL_NAME, tool_args: toolArgs }),
    redirect: "error",
    signal: AbortSignal.timeout(VAULT_TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw new ProblemError("tenant_unavailable", "Vault cannot be reached, so the call was not passed on.", {
      retryAfter: 5,
      cause: error,
    });
  });
  if (response.ok) return;
  const refused = problem.safeParse(await response.json().catch(() => null));
  const code = refused.success && refused.data.code in problems ? (refused.data.code as ProblemCode) : "internal_error"; // checked on this line
  throw new ProblemError(code, refused.data?.detail ?? "Vault refused the token.");
}

async function forward(config: GatewayConfig, context: Context, body: string): Promise<Response> {
  const { pathname, search } = new URL(context.req.url);
  const headers = new Headers(context.req.raw.headers);
  for (const name of [...NOT_FORWARDED, ...(headers.get("connection")?.split(",") ?? [])]) headers.delete(name.trim());
  const hasBody = !["GET", "HEAD"].includes(context.req.method);
  const answer = await fetch(new URL(pathname + search, config.GATEWAY_UPSTREAM_URL), {
    method: context.req.method,
    headers,
    redirect: "manual",
    ...(hasBody && { body }),
  });
  const answerHeaders = new Headers(answer.headers);
  for (const name of ["content-encoding", "content-length", "transfer-encoding", "connection"]) answerHeaders.delete(name);
  return new Response(answer.body, { status: answer.status, headers: answerHeaders });
}
