import { z } from "zod";
import { parseLimit } from "./limit.ts";

/** A model by its LiteLLM-style name, or `local`. */
const modelName = z
  .string()
  .regex(/^(?:local|[a-z_]+\/.+)$/, "takes provider/model, such as bedrock/amazon.nova-pro-v1:0, or local");

/** The judge's environment. Names and defaults are the founding document's; what it does not name stands behind the empty line. */
export const judgeConfig = z.object({
  EMBEDDING_MODEL: modelName.default("bedrock/amazon.titan-embed-text-v2:0"),
  EVAL_MODEL: modelName.default("bedrock/amazon.nova-pro-v1:0"),
  JUDGE_API_KEY: z
    .string({ error: "is needed: the key that Vault has as VAULT_JUDGE_API_KEY" })
    .min(16, "needs at least 16 characters"),
  /** In slowapi's notation. */
  JUDGE_ENDPOINT_RATE_LIMIT: z
    .string()
    .default("600/minute")
    .transform((text, context) => {
      const windows = parseLimit(text);
      if (windows !== null) return windows;
      context.addIssue({
        code: "custom",
        message: "takes a limit such as 600/minute, 10 per 5 seconds, or several with ; between",
      });
      return z.NEVER;
    }),
  JUDGE_UVICORN_WORKERS: z.coerce.number("takes a whole number").int().min(1).max(64).default(2),
  /** The control plane, for the way from a tenant to its secret. */
  DATABASE_URL: z.string({ error: "is needed: the control plane's DSN" }).min(1),
  /** Where tenants' secrets are kept in AWS Secrets Manager; the same as Vault's. */
  TENANT_SECRET_PREFIX: z.string().min(1).optional(),
  LOG_FORMAT: z.enum(["json", "text"], "takes json or text").default("json"),

  JUDGE_HOST: z.string().default("127.0.0.1"),
  JUDGE_PORT: z.coerce.number("takes a port").int().min(0).max(65535).default(8001),
  /** Where tenants' secrets are kept as files, where no prefix is given; the same directory as Vault's. */
  VAULT_SECRETS_DIR: z.string().min(1).optional(),
  /** Another address than the provider's own, such as a proxy's. */
  EVAL_MODEL_BASE_URL: z.url("takes an address").optional(),
  EMBEDDING_MODEL_BASE_URL: z.url("takes an address").optional(),
  /** Seconds that one attempt of a model may take; there are two, within VAULT_JUDGE_TIMEOUT_SECONDS. */
  EVAL_TIMEOUT_SECONDS: z.coerce.number("takes seconds").positive().default(8),
  /** US dollars a million tokens, in and out: `0.80,3.20`. */
  EVAL_MODEL_PRICE: z
    .string()
    .regex(/^\d+(?:\.\d+)?,\d+(?:\.\d+)?$/, "takes two prices, such as 0.80,3.20")
    .optional(),
  /** What `npm run evals -- --calibrate` wrote for the model. */
  EVAL_CALIBRATION_FILE: z.string().optional(),
});
export type JudgeConfig = z.infer<typeof judgeConfig>;
