import { setTimeout } from "node:timers/promises";
import {
  checkAnswer,
  type checkRequest,
  type EmbeddingState,
  type EvaluateAnswer,
  type EvaluateRequest,
  embeddingState,
  evaluateAnswer,
  ingestAnswer,
  type PreviewAnswer,
  previewAnswer,
  type previewRequest,
  type ReadDocumentAnswer,
  readDocumentAnswer,
  reembedAnswer,
  type TryAnswer,
  tryAnswer,
  type tryRequest,
} from "@ledgix/contract/judge";
import { inSpan, traceContext } from "@ledgix/telemetry/tracing";
import { z } from "zod";

type Asked<Schema extends z.ZodType> = z.output<Schema>;

/** The judge, over HTTP. */
export interface JudgeClient {
  evaluate(request: EvaluateRequest): Promise<EvaluateAnswer>;
  /** Embeds a version; takes minutes for a long document, and goes on where it was left. */
  ingest(clientId: string, policyVersionId: string): Promise<void>;
  readDocument(clientId: string, uploadId: string): Promise<ReadDocumentAnswer>;
  try(request: Asked<typeof tryRequest>): Promise<TryAnswer>;
  check(request: Asked<typeof checkRequest>): Promise<z.output<typeof checkAnswer>["verdicts"]>;
  preview(request: Asked<typeof previewRequest>): Promise<PreviewAnswer>;
  backtest(clientId: string, backtestId: string): Promise<void>;
  reembed(clientId: string): Promise<{ finished: boolean }>;
  embeddingState(clientId: string): Promise<EmbeddingState>;
}

/** The judge could not be reached, was slow, or answered what the schema refuses. */
export class JudgeUnavailable extends Error {
  override name = "JudgeUnavailable";
}

/** Seconds for work that nobody waits for with an agent. */
const LONG_SECONDS = 600;

export function judgeClient({
  url,
  apiKey,
  timeoutSeconds,
}: {
  url: string;
  apiKey: string;
  timeoutSeconds: number;
}): JudgeClient {
  async function post<Schema extends z.ZodType>(
    path: string,
    body: unknown,
    answer: Schema,
    seconds = timeoutSeconds,
  ): Promise<z.output<Schema>> {
    let json: unknown;
    const signal = AbortSignal.timeout(seconds * 1000);
    const ask = () =>
      fetch(new URL(path, url), {
        method: "POST",
        headers: { "content-type": "application/json", "x-api-key": apiKey, ...traceContext() },
        body: JSON.stringify(body),
        redirect: "error",
        signal,
      });
    try {
      let response = await ask();
      // A judge at its limit is busy, not away: wait for a turn while there is time.
      while (response.status === 429) {
        await setTimeout(1000 * (Number(response.headers.get("retry-after")) || 1), undefined, { signal });
        response = await ask();
      }
      if (!response.ok) throw new Error(`status ${response.status}`);
      json = await response.json();
    } catch (error) {
      throw new JudgeUnavailable("The judge did not answer.", { cause: error });
    }
    const parsed = answer.safeParse(json);
    if (!parsed.success) throw new JudgeUnavailable("The judge's answer does not fit.", { cause: parsed.error });
    return parsed.data;
  }

  return {
    evaluate: (request) => inSpan("judge.evaluate", { kind: "client" }, () => post("/evaluate", request, evaluateAnswer)),
    async ingest(client_id, policy_version_id) {
      await post("/ingest", { client_id, policy_version_id }, ingestAnswer, LONG_SECONDS);
    },
    readDocument: (client_id, upload_id) => post("/read-document", { client_id, upload_id }, readDocumentAnswer, LONG_SECONDS),
    try: (request) => post("/try", request, tryAnswer),
    check: async (request) => (await post("/check", request, checkAnswer)).verdicts,
    preview: (request) => post("/preview", request, previewAnswer),
    async backtest(client_id, backtest_id) {
      await post("/backtest", { client_id, backtest_id }, z.object({ backtest_id: z.string() }), LONG_SECONDS);
    },
    reembed: (client_id) => post("/reembed", { client_id }, reembedAnswer, LONG_SECONDS),
    embeddingState: (client_id) => post("/embedding-state", { client_id }, embeddingState),
  };
}
