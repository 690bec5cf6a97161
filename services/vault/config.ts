import { environment } from "@ledgix/contract/environment";
import { z } from "zod";

const port = z.coerce.number().int().min(0).max(65535);
const seconds = z.coerce.number().int().positive();

/** A setting whose adapter does not exist yet: refused, since ignoring it would leave an operator with a false belief. */
const notYet = z.undefined({ error: "is not supported by this version; remove it" }).optional();

/** Vault's environment. Names and defaults are the founding document's; what it does not name stands behind the empty line at the end. */
export const vaultConfig = z.object({
  VAULT_HOST: z.string().default("0.0.0.0"),
  VAULT_PORT: port.default(8000),
  VAULT_SIGNER_BACKEND: z.enum(["local"], { error: "takes local (aws_kms comes with the production parts)" }).default("local"),
  VAULT_PRIVATE_KEY_FILE: z.string().optional(),
  VAULT_PRIVATE_KEY_BASE64: z.string().optional(),
  VAULT_KEY_ID: z.string().min(1).default("vault-key-001"),
  VAULT_JWT_TTL: seconds.default(300),
  VAULT_JWT_ISSUER: z.string().min(1).default("alcv-vault"),
  VAULT_JWT_AUDIENCE: z.string().min(1).default("ledgix-sdk"),
  VAULT_CORS_ALLOWED_ORIGIN: z.string().optional(),

  VAULT_CLEARANCE_ASYNC_WORKERS: z.coerce.number().int().positive().default(16),
  VAULT_CLEARANCE_ASYNC_QUEUE_SIZE: z.coerce.number().int().positive().default(2048),
  VAULT_RATE_LIMIT_RPS: z.coerce.number().int().min(0).default(20),
  VAULT_RATE_LIMIT_BURST: z.coerce.number().int().positive().default(40),
  VAULT_RATE_LIMIT_TTL_SECONDS: seconds.default(180),

  VAULT_LEDGER_ANCHOR_BACKFILL_INTERVAL_SECONDS: seconds.default(30),
  VAULT_LEDGER_ANCHOR_BACKFILL_BATCH_SIZE: z.coerce.number().int().positive().default(500),

  VAULT_JUDGE_URL: z.url(),
  VAULT_JUDGE_API_KEY: z.string().min(16),
  /** The deterministic stub instead of the judge. Development only. */
  VAULT_ALLOW_STUB_JUDGE: z.stringbool().default(false),

  AWS_SECRET_NAME: notYet,
  VAULT_KMS_KEY_ID: notYet,
  VAULT_CLEARANCE_SQS_QUEUE_URL: notYet,
  VAULT_LEDGER_ANCHOR_BUCKET: notYet,
  VAULT_LEDGER_ANCHOR_BUCKET_TEMPLATE: notYet,
  VAULT_TRANSPORT_KEY_BASE64: notYet,

  /** Which keys this Vault takes: `sk_<environment>_…`. */
  VAULT_ENVIRONMENT: environment.default("development"),
  /** Secret of an HS256 Supabase project, or the address of its JWKS: one of them verifies members' access tokens. */
  SUPABASE_JWT_SECRET: z.string().min(32).optional(),
  SUPABASE_JWKS_URL: z.url().optional(),
  /** Seconds that an answer of the judge may take before the request pauses. */
  VAULT_JUDGE_TIMEOUT_SECONDS: seconds.default(20),
  /** Milliseconds that `POST /request-clearance` waits for a quick decision before it answers `processing`. */
  VAULT_CLEARANCE_WAIT_MS: z.coerce.number().int().min(0).max(30_000).default(2_500),
  /** Seconds within which an approval must be used. */
  VAULT_APPROVAL_TTL: seconds.default(86_400),
  /** Where reviewers open a paused case; shown to agents' developers. */
  CONSOLE_URL: z.url().optional(),
  /** The mail server: `smtp://user:password@host:587` (STARTTLS) or `smtps://…:465`. Without it no mail is sent. */
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: "takes smtp://… or smtps://…" }).optional(),
  SMTP_FROM: z.string().min(3).default("Ledgix <ledgix@localhost>"),
  /** PEM file of a certificate authority of the mail server's own. */
  SMTP_CA_FILE: z.string().optional(),
  /** The Slack app: its id, its secret, and what Slack signs interactions with. All three or none. */
  SLACK_CLIENT_ID: z.string().min(1).optional(),
  SLACK_CLIENT_SECRET: z.string().min(1).optional(),
  SLACK_SIGNING_SECRET: z.string().min(1).optional(),
  SLACK_URL: z.url().default("https://slack.com"),
  /** Seconds until a message that could not be delivered is tried again; three times as long after each further failure. */
  VAULT_DELIVERY_RETRY_SECONDS: seconds.default(5),
  /** Whether webhooks may go to private, loopback and link-local addresses. */
  VAULT_ALLOW_PRIVATE_WEBHOOKS: z.stringbool().default(false),
  /** Seconds between two looks at each Confluence source. */
  VAULT_CONFLUENCE_SYNC_SECONDS: seconds.default(3_600),
  /** Whether Confluence may be at a private address, such as a site of one's own. */
  VAULT_ALLOW_PRIVATE_CONFLUENCE: z.stringbool().default(false),
});
export type VaultConfig = z.infer<typeof vaultConfig>;

/** What Vault needs besides as a process of its own, on PostgreSQL. */
export const vaultServerConfig = vaultConfig.extend({
  DATABASE_URL: z.string().min(1),
  VAULT_CONTROL_PLANE_DB_MAX_OPEN_CONNS: z.coerce.number().int().positive().default(50),
  VAULT_TENANT_DB_MAX_OPEN_CONNS: z.coerce.number().int().positive().default(25),
  /** Where tenants' secrets are kept. */
  VAULT_SECRETS_DIR: z.string().min(1),
  /** Where checkpoints are anchored. */
  VAULT_ANCHOR_DIR: z.string().min(1),
  /** A DSN that may create tenants' databases; without it an operator makes them. */
  VAULT_TENANT_PROVISION_URL: z.string().optional(),
});

export class ConfigError extends Error {
  override name = "ConfigError";
}

/**
 * Reads a service's configuration.
 *
 * @throws {ConfigError} with one line a variable: its name and what it takes, never what it held.
 */
export function readConfig<Schema extends z.ZodType>(
  schema: Schema,
  environment: Record<string, string | undefined>,
): z.output<Schema> {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const result = schema.safeParse(present);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new ConfigError(`The configuration does not fit.\n  ${lines.join("\n  ")}`);
}
