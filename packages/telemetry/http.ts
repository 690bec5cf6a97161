import type { Context, MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import { Histogram, type Registry } from "prom-client";
import { inSpan, type TraceContext } from "./tracing.ts";

/** Seconds: from what a rule decides in, to a long poll. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** The trace that a caller's headers name. */
function callersTrace(context: Context): TraceContext {
  const [traceparent, tracestate] = [context.req.header("traceparent"), context.req.header("tracestate")];
  return { ...(traceparent && { traceparent }), ...(tracestate && { tracestate }) };
}

/** Traces each request under its caller's trace. Names routes, never paths: those hold ids. */
export const traceHttp = (): MiddlewareHandler => (context, next) => {
  const { method } = context.req;
  const attributes = { "http.request.method": method };
  return inSpan(method, { kind: "server", parent: callersTrace(context), attributes }, async (span) => {
    await next();
    const route = routePath(context, -1);
    span.updateName(`${method} ${route}`);
    span.setAttributes({ "http.route": route, "http.response.status_code": context.res.status });
  });
};

/** Traces each request, and measures it by route. */
export function observeHttp(prefix: string, registry: Registry): MiddlewareHandler {
  const duration = new Histogram({
    name: `${prefix}_http_request_duration_seconds`,
    help: "HTTP requests by method, route and status. A long poll and a stream last as long as they are held.",
    labelNames: ["method", "route", "status"],
    buckets: BUCKETS,
    registers: [registry],
  });
  const trace = traceHttp();
  return async (context, next) => {
    const end = duration.startTimer({ method: context.req.method });
    await trace(context, next);
    end({ route: routePath(context, -1), status: context.res.status });
  };
}
