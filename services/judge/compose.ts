import { readFile } from "node:fs/promises";
import type { Database } from "@ledgix/tenancy/database";
import type { Embedding } from "./adapters/embedding.ts";
import { LOCAL_MODEL, localEmbedding } from "./adapters/local-embedding.ts";
import { openChatModel, type ProviderEnvironment } from "./adapters/providers.ts";
import type { JudgeConfig } from "./config.ts";
import type { AnswerRecord } from "./evaluate/chat-judge.ts";
import { type Calibration, calibration } from "./evaluate/confidence.ts";
import type { ModelJudge } from "./evaluate/model.ts";
import { type VectorStore, vectorStore } from "./retrieve/vectors.ts";

type Models = Pick<
  JudgeConfig,
  | "EMBEDDING_MODEL"
  | "EMBEDDING_MODEL_BASE_URL"
  | "EVAL_MODEL"
  | "EVAL_MODEL_BASE_URL"
  | "EVAL_TIMEOUT_SECONDS"
  | "EVAL_MODEL_PRICE"
  | "EVAL_CALIBRATION_FILE"
>;

/** The configured embedding model, and the way to others whose vectors are there still. */
export async function openVectors(config: Models, environment: ProviderEnvironment, local?: Embedding): Promise<VectorStore> {
  const open = async (name: string): Promise<Embedding> => {
    if (name === "local" || name === LOCAL_MODEL) return local ?? localEmbedding();
    const { providerEmbedding } = await import("./adapters/provider-embedding.ts");
    return providerEmbedding(name, environment, name === config.EMBEDDING_MODEL ? config.EMBEDDING_MODEL_BASE_URL : undefined);
  };
  return vectorStore(await open(config.EMBEDDING_MODEL), (name) => open(name).catch(() => null));
}

/** The configured model as a judge; null for `local`, where rules alone decide. */
export async function openModelJudge(
  config: Models,
  environment: ProviderEnvironment,
  tenants: { database(clientId: string): Promise<Database> },
  measured?: Calibration,
): Promise<ModelJudge | null> {
  if (config.EVAL_MODEL === "local") return null;
  const { chatJudge } = await import("./evaluate/chat-judge.ts");
  const [input = 0, output = 0] = config.EVAL_MODEL_PRICE?.split(",").map(Number) ?? [];
  const fitted = config.EVAL_CALIBRATION_FILE ? await readFile(config.EVAL_CALIBRATION_FILE, "utf8") : null;
  return chatJudge({
    name: config.EVAL_MODEL,
    model: await openChatModel(config.EVAL_MODEL, environment, config.EVAL_MODEL_BASE_URL),
    calibration: measured ?? (fitted === null ? null : calibration.parse(JSON.parse(fitted))),
    price: config.EVAL_MODEL_PRICE === undefined ? null : { input, output },
    timeoutSeconds: config.EVAL_TIMEOUT_SECONDS,
    // Lost with the process at worst: it is for the bill, not for the ledger.
    record: (answer) => void recordAnswer(tenants, answer).catch(() => {}),
  });
}

async function recordAnswer(tenants: { database(clientId: string): Promise<Database> }, answer: AnswerRecord): Promise<void> {
  const database = await tenants.database(answer.clientId);
  await database.run(
    `insert into model_answers (answer_id, request_id, model, outcome, input_tokens, output_tokens, cost, milliseconds)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      crypto.randomUUID(),
      answer.requestId,
      answer.model,
      answer.outcome,
      answer.inputTokens,
      answer.outputTokens,
      answer.cost,
      answer.milliseconds,
    ],
  );
}
