import type { SettingGroup } from "@ledgix/configuration/reference";
import {
  address,
  between,
  choice,
  dsn,
  duration,
  matching,
  path,
  port,
  reading,
  seconds,
  text,
} from "@ledgix/configuration/setting";
import { tlsModes } from "@ledgix/tenancy/tls-mode";
import { z } from "zod";
import { parseLimit } from "./limit.ts";

// The judge's environment. Names and defaults of the first group are the founding document's.

const modelName = matching(/^(?:local|[a-z_]+\/.+)$/, "provider/model, such as bedrock/amazon.nova-pro-v1:0, or local");
const limit = reading("a limit such as 600/minute, 10 per 5 seconds, or several with ; between", parseLimit);

const service = {
  EMBEDDING_MODEL: modelName
    .default("bedrock/amazon.titan-embed-text-v2:0")
    .describe("LiteLLM-style name. Another one re-embeds what is stored."),
  EVAL_MODEL: modelName.default("bedrock/amazon.nova-pro-v1:0").describe("LiteLLM-style name; `local` decides by rules alone."),
  JUDGE_API_KEY: matching(/^.{16,}$/, "at least 16 characters").describe("The same as Vault's VAULT_JUDGE_API_KEY."),
  JUDGE_ENDPOINT_RATE_LIMIT: limit.prefault("600/minute").describe("In slowapi's notation."),
  JUDGE_UVICORN_WORKERS: between(1, 64, "processes").default(2).describe("Worker processes."),
  DATABASE_URL: dsn.describe("The control plane, for the way from a tenant to its secret."),
  TENANT_SECRET_PREFIX: text.optional().describe("The same as Vault's; needed unless VAULT_SECRETS_DIR is set."),
  AWS_SECRET_NAME: text.optional().describe("A bundle of settings that is laid over the environment at the start."),
  LOG_FORMAT: choice(["json", "text"]).default("json").describe("How log lines are written."),

  AWS_REGION: text.default("us-east-1").describe("Region of every AWS service."),
  JUDGE_HOST: text.default("127.0.0.1").describe("Bind address."),
  JUDGE_PORT: port.default(8001).describe("Listen port."),
  VAULT_SECRETS_DIR: path.optional().describe("Tenants' secrets as files, instead of AWS; the same directory as Vault's."),
  VAULT_TENANT_SECRET_CACHE_TTL_SECONDS: seconds
    .default(300)
    .describe("How long a tenant's secret is used before it is read again."),
  VAULT_TENANT_DB_SSLMODE: choice(tlsModes)
    .default("require")
    .describe("TLS to tenants' databases, where their DSN does not say; libpq's words. `require` takes any certificate."),
};

const model = {
  EVAL_MODEL_BASE_URL: address.optional().describe("Another address than the provider's own, such as a proxy's."),
  EMBEDDING_MODEL_BASE_URL: address.optional().describe("The same for embeddings."),
  EVAL_TIMEOUT_SECONDS: duration
    .default(8)
    .describe("One attempt of a model; there are two, within VAULT_JUDGE_TIMEOUT_SECONDS."),
  EVAL_MODEL_PRICE: matching(/^\d+(?:\.\d+)?,\d+(?:\.\d+)?$/, "two prices, such as 0.80,3.20")
    .optional()
    .describe("US dollars a million tokens, in and out."),
  EVAL_CALIBRATION_FILE: path.optional().describe("What `npm run evals -- --calibrate` wrote for the model."),
};

export const judgeConfig = z.object({ ...service, ...model });
export type JudgeConfig = z.infer<typeof judgeConfig>;

/** The settings as the reference shows them. */
export const judgeSettings: SettingGroup[] = [
  { title: "service", settings: service },
  { title: "models", settings: model },
];
