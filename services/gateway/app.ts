import type { JsonObject } from "@ledgix/contract/json";
import { ProblemError } from "@ledgix/contract/problem";
import { traceHttp } from "@ledgix/telemetry/http";
import { traceContext } from "@ledgix/telemetry/tracing";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { proxy } from "hono/proxy";
import type { GatewayConfig } from "./config.ts";
import { argumentsOf, bodyAsRead, type GatewayRoute } from "./routes.ts";
import { vaultClient } from "./vault.ts";
import { tokenCheck } from "./verify.ts";

const MAX_BODY_BYTES = 1024 * 1024;

/**
 * Stands in front of a protected service: a call needs an A-JWT in `X-Ledgix-Token`, issued for the tool that its route is, and for exactly
 * the arguments that it holds. The token is verified, then burned through Vault; only then does the call go on. What cannot be
 * checked does not pass, and neither does what no route names.
 */
export function createGateway(config: GatewayConfig, routes: GatewayRoute[] = []): Hono {
  const app = new Hono();
  const vault = vaultClient(config);
  const check = tokenCheck({
    vaultUrl: config.GATEWAY_VAULT_URL,
    issuer: config.GATEWAY_JWT_ISSUER,
    audience: config.GATEWAY_JWT_AUDIENCE,
  });

  /** Lets the call pass once for its token. @throws {ProblemError} */
  async function clear(context: Context, tool: string, toolArgs: JsonObject): Promise<void> {
    const token = context.req.header("x-ledgix-token");
    if (!token) throw howToGetOne(config, tool);
    await check(token, tool, toolArgs);
    await vault.consume(token, tool, toolArgs);
  }

  app.onError((error) => problemResponse(error));
  app.use(traceHttp());
  app.get("/health", (context) => context.json({ status: "ok" }));
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: () => problemResponse(new ProblemError("body_too_large", "The body is larger than the gateway takes.")),
    }),
  );
  for (const route of routes) {
    app.on(route.method, route.path, async (context) => {
      const body = await context.req.text();
      const toolArgs = argumentsOf(route, { path: context.req.param(), query: context.req.queries(), body });
      await clear(context, route.tool, toolArgs);
      return forward(config, context, bodyAsRead(body));
    });
  }
  const onlyTool = config.GATEWAY_TOOL_NAME;
  if (routes.length === 0 && onlyTool !== undefined) {
    // Every request is the one tool, its arguments the JSON body; path and query are free.
    app.all("*", async (context) => {
      const body = await context.req.text();
      const asBody: GatewayRoute = { method: "POST", path: "/", tool: onlyTool, arguments: "body", ignore: [] };
      await clear(context, onlyTool, argumentsOf(asBody, { path: {}, query: {}, body }));
      return forward(config, context, bodyAsRead(body));
    });
  }
  app.notFound(() =>
    problemResponse(new ProblemError("not_found", "The gateway passes nothing on here: no route names this request.")),
  );
  return app;
}

function howToGetOne({ GATEWAY_VAULT_URL }: GatewayConfig, tool: string): ProblemError {
  const url = `${GATEWAY_VAULT_URL.replace(/\/+$/, "")}/request-clearance`;
  return new ProblemError(
    "unauthenticated",
    `This call needs clearance. Ask ${url} for tool_name ${tool} with these arguments, and send the token in X-Ledgix-Token.`,
    { details: { request_clearance_url: url, tool_name: tool } },
  );
}

/** Streams the service's answer back. Headers that concern one connection stay behind (RFC 9110 §7.6.1). */
async function forward(config: GatewayConfig, context: Context, body: string): Promise<Response> {
  const { pathname, search } = new URL(context.req.url);
  const upstream = new URL(config.GATEWAY_UPSTREAM_URL);
  upstream.pathname = `${upstream.pathname.replace(/\/+$/, "")}${pathname}`;
  upstream.search = search;
  const headers = new Headers(context.req.raw.headers);
  for (const name of ["host", "content-length", "x-ledgix-token"]) headers.delete(name);
  for (const [name, value] of Object.entries(traceContext())) headers.set(name, value);
  headers.set("x-forwarded-host", context.req.header("host") ?? "");
  if (body !== "") headers.set("content-type", "application/json");
  const { method } = context.req;
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), config.GATEWAY_UPSTREAM_TIMEOUT_SECONDS * 1000);
  context.req.raw.signal.addEventListener("abort", () => patience.abort(), { once: true }); // the caller went away
  try {
    return await proxy(upstream, {
      raw: new Request(upstream, { method, headers }), // whose hop-by-hop headers the helper takes out
      redirect: "manual",
      signal: patience.signal,
      strictConnectionProcessing: true,
      ...(!["GET", "HEAD"].includes(method) && { body }),
    });
  } catch (error) {
    throw new ProblemError(
      "upstream_failed",
      "The service behind the gateway did not answer. The token is used: whether the action happened is for the service to say.",
      { cause: error },
    );
  } finally {
    clearTimeout(timer); // an answer that has begun may take its time
  }
}

function problemResponse(error: unknown): Response {
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
}
