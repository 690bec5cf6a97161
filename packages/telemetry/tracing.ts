import { type Attributes, context, propagation, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

// Traces by OpenTelemetry, carried by W3C trace context. Spans hold names, ids, counts and codes; never content, never a secret.

export type Environment = Readonly<Record<string, string | undefined>>;
export type Tracing = { shutdown(): Promise<void> };

/**
 * Sends spans of this process to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names; without one, nothing is traced. The exporter reads the rest of
 * the standard OTEL_EXPORTER_OTLP_* variables by itself.
 */
export function startTracing(service: string, environment: Environment): Tracing {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: tracesEndpoint } = environment;
  const url = tracesEndpoint || (endpoint && `${endpoint.replace(/\/+$/, "")}/v1/traces`);
  if (!url) return { shutdown: async () => {} };
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ "service.name": environment.OTEL_SERVICE_NAME || service })),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url }) })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  return {
    async shutdown() {
      await provider.shutdown().catch(() => {}); // a collector that is away holds nobody up
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}

/** W3C trace context, as headers and as it is kept with a request. */
export type TraceContext = { traceparent?: string; tracestate?: string };

export type SpanOptions = {
  kind?: "server" | "client" | "consumer";
  attributes?: Attributes;
  /** Who caused it, where that is not what this code runs in: of another process, or of before. */
  parent?: TraceContext;
};

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, consumer: SpanKind.CONSUMER };

/** Runs work in a span, which it may name and describe further. An error marks it, by its class and code alone: a message can quote content. */
export function inSpan<Result>(
  name: string,
  options: SpanOptions,
  work: (span: Pick<Span, "setAttributes" | "updateName">) => Promise<Result>,
): Promise<Result> {
  const { kind, attributes = {}, parent } = options;
  const from = parent?.traceparent === undefined ? context.active() : propagation.extract(context.active(), parent);
  const tracer = trace.getTracer("ledgix");
  return tracer.startActiveSpan(name, { attributes, ...(kind && { kind: kinds[kind] }) }, from, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.setAttribute("error.type", error instanceof Error ? error.name : typeof error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Where this code stands in a trace, to be handed on: headers of a call, or kept with a request. Empty where nothing is traced. */
export function traceContext(): TraceContext {
  const carrier: TraceContext = {};
  propagation.inject(context.active(), carrier);
  return carrier;
}
