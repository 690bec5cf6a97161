import { timingSafeEqual } from "node:crypto";
import {
  backtestRequest,
  checkRequest,
  type EmbeddingState,
  evaluateRequest,
  ingestRequest,
  previewRequest,
  readDocumentRequest,
  reembedRequest,
  tryRequest,
} from "@ledgix/contract/judge";
import { fieldErrors, ProblemError } from "@ledgix/contract/problem";
import { traceHttp } from "@ledgix/telemetry/http";
import type { Database } from "@ledgix/tenancy/database";
import type { TenantDirectory } from "@ledgix/tenancy/directory";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { z } from "zod";
import { evaluateCall, type Judging } from "./evaluate/evaluate.ts";
import type { ModelJudge } from "./evaluate/model.ts";
import { reembed } from "./ingest/embed.ts";
import { ingestPolicy } from "./ingest/ingest.ts";
import { readUpload } from "./parse/read-upload.ts";
import { retrieval } from "./retrieve/retrieve.ts";
import { readCoverage, type VectorStore } from "./retrieve/vectors.ts";
import { runBacktest } from "./trial/backtest.ts";
import { checkCalls } from "./trial/check.ts";
import { previewRules } from "./trial/preview.ts";
import { tryCall } from "./trial/try.ts";

export type JudgeDependencies = {
  apiKey: string;
  tenants: Pick<TenantDirectory, "database">;
  vectors: VectorStore;
  /** Null where rules alone decide. */
  model: ModelJudge | null;
  /** Seconds to wait, or null where the call may pass. */
  limit?: () => Promise<number | null>;
  /** Whether the control plane answers. */
  isReady?: () => Promise<boolean>;
  /** Told of errors that were not expected; the answer says nothing of them. */
  onError: (error: unknown) => void;
};

const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** The judge, reached by Vault alone, with the key that both share. */
export function createJudge({ apiKey, tenants, vectors, model, limit, isReady, onError }: JudgeDependencies): Hono {
  const app = new Hono();
  const judging: Judging = { retrieve: retrieval(vectors), model };
  app.use(traceHttp());
  app.onError((error) => {
    const problem = error instanceof ProblemError ? error : new ProblemError("internal_error", "The judge failed.");
    if (!(error instanceof ProblemError)) onError(error);
    const headers = {
      "content-type": "application/problem+json",
      ...(problem.retryAfter && { "retry-after": String(problem.retryAfter) }),
    };
    return new Response(JSON.stringify(problem.toJSON(crypto.randomUUID())), { status: problem.status, headers });
  });

  app.get("/health", (context) => context.json({ status: "ok" }));
  app.get("/ready", async (context) => {
    const ready = (await isReady?.()) ?? true;
    const state = { embedding_model: vectors.configured.model, eval_model: model?.model ?? "local" };
    return context.json({ status: ready ? "ready" : "not_ready", ...state }, ready ? 200 : 503);
  });

  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES }));
  app.use(async (context, next) => {
    if (!isSame(context.req.header("x-api-key") ?? "", apiKey))
      throw new ProblemError("unauthenticated", "The judge takes Vault's key in X-API-Key.");
    const wait = (await limit?.()) ?? null;
    if (wait !== null) throw new ProblemError("rate_limited", `Too many requests. Try again in ${wait} s.`, { retryAfter: wait });
    await next();
  });

  /** One endpoint: its body by a schema, on the tenant's database. */
  const serve = <Schema extends z.ZodType<{ client_id: string }>>(
    path: string,
    schema: Schema,
    work: (database: Database, body: z.output<Schema>) => Promise<object>,
  ) =>
    app.post(path, async (context) => {
      const body = await readBody(context, schema);
      return context.json(await work(await tenants.database(body.client_id), body));
    });

  serve("/evaluate", evaluateRequest, (database, request) => evaluateCall(database, judging, request));
  serve("/ingest", ingestRequest, async (database, { policy_version_id }) => ({
    policy_version_id,
    passages: await ingestPolicy(database, vectors.configured, policy_version_id),
    embedding_model: vectors.configured.model,
  }));
  serve("/read-document", readDocumentRequest, (database, { upload_id }) => readUpload(database, upload_id));
  serve("/reembed", reembedRequest, (database) => reembed(database, vectors.configured));
  serve("/embedding-state", reembedRequest, (database) => embeddingState(database, vectors));
  serve("/try", tryRequest, (database, { call, policy_version_id }) =>
    tryCall(database, judging, call, policy_version_id ?? null),
  );
  serve("/check", checkRequest, async (database, { calls, policy_version_id, instead }) => ({
    verdicts: await checkCalls(database, calls, policy_version_id, instead),
  }));
  serve("/preview", previewRequest, previewRules);
  serve("/backtest", backtestRequest, async (database, { backtest_id }) => {
    await runBacktest(database, backtest_id);
    return { backtest_id };
  });
  return app;
}

async function embeddingState(database: Database, vectors: VectorStore): Promise<EmbeddingState> {
  const models = await readCoverage(database);
  const own = models.find(({ model }) => model === vectors.configured.model);
  const serving = await vectors.serving(database);
  return {
    configured: vectors.configured.model,
    serving: serving.model,
    known: own?.known ?? 0,
    wanted: models[0]?.wanted ?? 0,
  };
}

async function readBody<Schema extends z.ZodType>(context: Context, schema: Schema): Promise<z.output<Schema>> {
  const result = schema.safeParse(await context.req.json().catch(() => null));
  if (!result.success) throw new ProblemError("invalid_body", "The request does not fit.", { errors: fieldErrors(result.error) });
  return result.data;
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
