import { timingSafeEqual } from "node:crypto";
import { evaluateRequest, ingestRequest } from "@ledgix/contract/judge";
import { fieldErrors, ProblemError } from "@ledgix/contract/problem";
import type { TenantDirectory } from "@ledgix/tenancy/directory";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { z } from "zod";
import type { Embedding } from "./adapters/embedding.ts";
import { evaluateCall } from "./evaluate/evaluate.ts";
import { ingestPolicy } from "./ingest/ingest.ts";

export type JudgeDependencies = {
  apiKey: string;
  tenants: Pick<TenantDirectory, "database">;
  embedding: Embedding;
  /** Told of errors that were not expected; the answer says nothing of them. */
  onError: (error: unknown) => void;
};

const MAX_BODY_BYTES = 2 * 1024 * 1024;

/** The judge, reached by Vault alone, with the key that both share. */
export function createJudge({ apiKey, tenants, embedding, onError }: JudgeDependencies): Hono {
  const app = new Hono();
  app.onError((error) => {
    const problem = error instanceof ProblemError ? error : new ProblemError("internal_error", "The judge failed.");
    if (!(error instanceof ProblemError)) onError(error);
    const body = JSON.stringify(problem.toJSON(crypto.randomUUID()));
    return new Response(body, { status: problem.status, headers: { "content-type": "application/problem+json" } });
  });

  app.get("/health", (context) => context.json({ status: "ok" }));
  app.get("/ready", (context) => context.json({ status: "ready", embedding_model: embedding.model }));

  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES }));
  app.use(async (context, next) => {
    if (!isSame(context.req.header("x-api-key") ?? "", apiKey))
      throw new ProblemError("unauthenticated", "The judge takes Vault's key in X-API-Key.");
    await next();
  });
  app.post("/evaluate", async (context) => {
    const request = await readBody(context, evaluateRequest);
    return context.json(await evaluateCall(await tenants.database(request.client_id), embedding, request));
  });
  app.post("/ingest", async (context) => {
    const { client_id, policy_version_id } = await readBody(context, ingestRequest);
    const passages = await ingestPolicy(await tenants.database(client_id), embedding, policy_version_id);
    return context.json({ policy_version_id, passages, embedding_model: embedding.model });
  });
  return app;
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
