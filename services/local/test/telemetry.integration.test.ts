import { serve } from "@hono/node-server";
import { startTracing } from "@ledgix/telemetry/tracing";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Caller, type Stack, startStack, until } from "./stack.ts";

/** What an OTLP collector is sent, as far as this suite looks at it (JSON encoding of the protocol). */
const exported = z.object({
  resourceSpans: z.array(
    z.object({
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.looseObject({ name: z.string(), traceId: z.string(), spanId: z.string(), parentSpanId: z.string().optional() }),
          ),
        }),
      ),
    }),
  ),
});
type Span = z.infer<typeof exported>["resourceSpans"][number]["scopeSpans"][number]["spans"][number];

let stack: Stack;
let agent: Caller;
let owner: Caller;
beforeAll(async () => {
  stack = await startStack();
  const clientId = await stack.addTenant();
  agent = await stack.addKey(clientId);
  owner = await stack.addMember(clientId, "owner");
  await owner("POST", "/register-policy", { policy_id: "p", rules: ["Approve when amount is at most 100."] });
});
afterAll(() => stack.close());

async function startCollector() {
  const spans: Span[] = [];
  const bodies: string[] = [];
  const app = new Hono();
  app.post("/v1/traces", async (context) => {
    const body = await context.req.text();
    bodies.push(body);
    for (const { scopeSpans } of exported.parse(JSON.parse(body)).resourceSpans) {
      for (const scope of scopeSpans) spans.push(...scope.spans);
    }
    return context.json({});
  });
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  return { url, spans, bodies, close: () => new Promise((resolve) => server.close(resolve)) };
}

describe("a trace", () => {
  it("goes from the agent through Vault and the judge to the ledger, and holds no content", async () => {
    const collector = await startCollector();
    const tracing = startTracing("test", { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    const [traceId, spanId] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
    const request = { tool_name: "pay", tool_args: { amount: 7, note: "unmistakable-content" }, agent_id: "bot" };
    const { body } = await agent("POST", "/request-clearance", request, { traceparent: `00-${traceId}-${spanId}-01` });
    expect(body.status).toBe("approved");
    await tracing.shutdown();

    const own = collector.spans.filter((span) => span.traceId === traceId);
    const named = (name: string) => own.find((span) => span.name === name);
    const [vault, decide, asked, append] = ["POST /request-clearance", "clearance.decide", "judge.evaluate", "ledger.append"].map(
      named,
    );
    const judged = own.find((span) => span.parentSpanId === asked?.spanId);
    expect(vault?.parentSpanId).toBe(spanId);
    expect(decide?.parentSpanId).toBe(vault?.spanId);
    expect(asked?.parentSpanId).toBe(decide?.spanId);
    expect(judged?.name).toBe("POST /evaluate");
    expect(append?.parentSpanId).toBe(decide?.spanId);
    expect(collector.bodies.join()).not.toContain("unmistakable-content");
    await collector.close();
  });

  it("of an agent that cannot set headers is taken from the context", async () => {
    const collector = await startCollector();
    const tracing = startTracing("test", { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    const [traceId, spanId] = ["1bf7651916cd43dd8448eb211c80319d", "a7ad6b7169203332"];
    const context = { telemetry: { otel: { traceparent: `00-${traceId}-${spanId}-01` } } };
    await agent("POST", "/request-clearance", { tool_name: "pay", tool_args: { amount: 8 }, context });
    await tracing.shutdown();
    const decide = collector.spans.find(({ name, traceId: id }) => name === "clearance.decide" && id === traceId);
    expect(decide?.parentSpanId).toBe(spanId);
    await collector.close();
  });

  it("holds nobody up where its collector is away", async () => {
    const tracing = startTracing("test", { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" });
    const { body } = await agent("POST", "/request-clearance", { tool_name: "pay", tool_args: { amount: 1 } });
    expect(body.status).toBe("approved");
    await tracing.shutdown();
  });
});

describe("metrics", () => {
  it("count what Vault did, by names and codes, never by tenant or content", async () => {
    const { token } = (await agent("POST", "/request-clearance", { tool_name: "unmistakable-tool", tool_args: { amount: 1 } }))
      .body;
    await agent("POST", "/consume-token", { token });
    await until(
      () => stack.deps.metrics.registry.metrics(),
      (text) => /vault_ledger_sequenced_total [1-9]/.test(text),
    );
    const text = await stack.deps.metrics.registry.metrics();
    expect(text).toMatch(/vault_decisions_total\{status="approved",reason_code="[a-z_]+"\} [1-9]/);
    expect(text).toMatch(/vault_tokens_consumed_total 1/);
    expect(text).toMatch(
      /vault_http_request_duration_seconds_count\{method="POST",route="\/request-clearance",status="200"\} [1-9]/,
    );
    expect(text).toMatch(/vault_last_round_timestamp_seconds \d/);
    expect(text).not.toContain("unmistakable-tool");
  });

  it("name routes and not paths, which hold ids", async () => {
    await agent("GET", `/clearance-status/${crypto.randomUUID()}`);
    const text = await stack.deps.metrics.registry.metrics();
    expect(text).toContain('route="/clearance-status/:requestId"');
    expect(text).not.toMatch(/route="[^"]*[0-9a-f]{8}-/);
  });
});
