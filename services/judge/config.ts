import { z } from "zod";

/** The judge's environment. */
export const judgeConfig = z.object({
  JUDGE_API_KEY: z.string().min(16),
  JUDGE_HOST: z.string().default("127.0.0.1"),
  /** The control plane, for the way from a tenant to its secret. */
  DATABASE_URL: z.string().min(1),
  /** Where tenants' secrets are kept; the same directory as Vault's. */
  VAULT_SECRETS_DIR: z.string().min(1),
  JUDGE_PORT: z.coerce.number().int().min(0).max(65535).default(8001),
});
