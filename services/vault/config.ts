import type { SettingGroup } from "@ledgix/configuration/reference";
import {
  address,
  between,
  choice,
  count,
  countOrZero,
  dsn,
  matching,
  path,
  port,
  reading,
  seconds,
  switched,
  text,
  urlOf,
} from "@ledgix/configuration/setting";
import { environments } from "@ledgix/contract/environment";
import { tlsModes } from "@ledgix/tenancy/tls-mode";
import { z } from "zod";
import { readProxies } from "./http/caller-address.ts";
import { readWitnesses } from "./ledger/witnesses.ts";

// Vault's environment. Names and defaults are the founding document's; each group ends with what that document does not name.

const transport = {
  VAULT_HOST: text.default("0.0.0.0").describe("Bind address."),
  VAULT_PORT: port.default(8000).describe("Listen port."),
  VAULT_SIGNER_BACKEND: choice(["local", "aws_kms"]).default("local").describe("Where the first signing key is."),
  VAULT_PRIVATE_KEY_FILE: path.optional().describe("Ed25519 private key (local): PEM, or base64 of PKCS #8 or of the seed."),
  VAULT_PRIVATE_KEY_BASE64: text.optional().describe("The same key, in the environment (local)."),
  VAULT_KMS_KEY_ID: text.optional().describe("KMS key of the spec ECC_NIST_EDWARDS25519 (aws_kms)."),
  VAULT_KEY_ID: text.default("vault-key-001").describe("The key's `kid` in the JWKS."),
  VAULT_JWT_TTL: seconds.default(300).describe("How long an A-JWT is valid."),
  VAULT_JWT_ISSUER: text.default("alcv-vault").describe("The claim `iss`."),
  VAULT_JWT_AUDIENCE: text.default("ledgix-sdk").describe("The claim `aud`; several, separated by commas, make it an array."),
  VAULT_CORS_ALLOWED_ORIGIN: text.optional().describe("Origin that browsers may call from."),

  VAULT_PATH_PREFIX: matching(/^(?:\/[\w.~-]+)+$/, "a path such as /vault, without a slash at its end")
    .optional()
    .describe("What stands in front of every path, where the proxy before this Vault leaves it there."),
  VAULT_TRUSTED_PROXIES: reading("addresses or ranges such as 10.0.0.0/8, separated by commas", (text) => {
    try {
      return readProxies(text);
    } catch {
      return null;
    }
  })
    .optional()
    .describe("Whose X-Forwarded-For is believed: callers without a key, and wrong keys, are limited by address."),
  VAULT_METRICS_PORT: port.optional().describe("Serves Prometheus metrics at /metrics there. Let no ingress lead to it."),
  VAULT_DRAIN_SECONDS: between(0, 600, "seconds")
    .default(5)
    .describe("How long it goes on serving after SIGTERM, while /ready says no."),
  VAULT_KEY_REFRESH_SECONDS: seconds.default(30).describe("How soon a rotation of keys is seen."),
  VAULT_ENVIRONMENT: choice(environments).default("development").describe("Whose keys this Vault takes: `sk_<environment>_…`."),
  SUPABASE_JWT_SECRET: matching(/^.{32,}$/, "at least 32 characters")
    .optional()
    .describe("Verifies members of an HS256 project."),
  SUPABASE_JWKS_URL: address.optional().describe("Verifies members of a project with signing keys."),
  CONSOLE_URL: address.optional().describe("Where reviewers open a paused case."),
};

const dataPlane = {
  DATABASE_URL: dsn.describe("The control plane. Its `sslmode` is libpq's; without one the connection is in the clear."),
  VAULT_CONTROL_PLANE_DB_MAX_OPEN_CONNS: count.default(50).describe("Connections to the control plane, at most."),
  VAULT_TENANT_DB_MAX_OPEN_CONNS: count.default(25).describe("Connections to one tenant's database, at most."),
  VAULT_TENANT_DB_SSLMODE: choice(tlsModes)
    .default("require")
    .describe("TLS to tenants' databases, where their DSN does not say; libpq's words. `require` takes any certificate."),
  TENANT_SECRET_PREFIX: text
    .optional()
    .describe("Where tenants' secrets are in AWS Secrets Manager; needed unless VAULT_SECRETS_DIR is set."),
  VAULT_TENANT_SECRET_CACHE_TTL_SECONDS: seconds
    .default(300)
    .describe("How long a tenant's secret is used before it is read again."),
  AWS_SECRET_NAME: text.optional().describe("A bundle of settings that is laid over the environment at the start."),
  AWS_REGION: text.default("us-east-1").describe("Region of every AWS service."),

  VAULT_SECRETS_DIR: path.optional().describe("Tenants' secrets as files, instead of AWS."),
  VAULT_TENANT_PROVISION_URL: dsn.optional().describe("May create tenants' databases; without it an operator makes them."),
  VAULT_TENANT_DB_IDLE_SECONDS: seconds
    .default(10)
    .describe("After so long without use a connection to a tenant's database is closed."),
};

const queue = {
  VAULT_CLEARANCE_ASYNC_WORKERS: count.default(16).describe("Requests that are judged at once."),
  VAULT_CLEARANCE_ASYNC_QUEUE_SIZE: count.default(2048).describe("Depth of the queue in memory."),
  VAULT_CLEARANCE_SQS_QUEUE_URL: matching(/^https?:\/\/.+\.fifo$/, "the address of a FIFO queue, ending in .fifo")
    .optional()
    .describe("Uses SQS instead of the queue in memory."),
  VAULT_CLEARANCE_SQS_FIFO_GROUP_SHARDS: between(1, 100_000, "groups")
    .default(32)
    .describe("FIFO groups: so many are judged at once over all replicas."),
  VAULT_CLEARANCE_SQS_WAIT_TIME_SECONDS: between(1, 20, "seconds").default(20).describe("Long poll."),
  VAULT_CLEARANCE_SQS_VISIBILITY_TIMEOUT_SECONDS: between(2, 43_200, "seconds")
    .default(60)
    .describe("After so long without a sign of life a message goes to another worker."),
  VAULT_RATE_LIMIT_RPS: countOrZero.default(20).describe("Calls a second and principal; 0 switches the limit off."),
  VAULT_RATE_LIMIT_BURST: count.default(40).describe("Calls that may come at once."),
  VAULT_RATE_LIMIT_TTL_SECONDS: seconds.default(180).describe("After so long a principal that was not seen is forgotten."),

  VAULT_RATE_LIMIT_REDIS_URL: urlOf(/^rediss?:\/\//, "redis://… or rediss://…")
    .optional()
    .describe("Shares the limit among replicas."),
  VAULT_CLEARANCE_WAIT_MS: between(0, 30_000, "milliseconds")
    .default(2_500)
    .describe("How long a request waits for a quick decision before it is answered `processing`."),
  VAULT_CLEARANCE_GIVE_UP_SECONDS: seconds
    .default(600)
    .describe("A request that nobody could judge for so long pauses for a human."),
  VAULT_APPROVAL_TTL: seconds.default(86_400).describe("How long an approval may be used."),
  VAULT_MINT_TTL: seconds.default(3_600).describe("How long an approval may be minted again for an identical action."),
};

const anchoring = {
  VAULT_LEDGER_ANCHOR_BUCKET: text.optional().describe("S3 bucket of all tenants' checkpoints."),
  VAULT_LEDGER_ANCHOR_BUCKET_TEMPLATE: matching(/\{client_id\}/, "a bucket's name with {client_id} in it")
    .optional()
    .describe("One bucket a tenant, such as `ledgix-anchor-{client_id}`."),
  VAULT_LEDGER_ANCHOR_PREFIX: matching(/^[^/].*$/, "a prefix that does not begin with /")
    .optional()
    .describe("Before the names of objects."),
  VAULT_LEDGER_ANCHOR_REGION: text.optional().describe("Region of the bucket; AWS_REGION where unset."),
  VAULT_LEDGER_REQUIRE_BUCKET_VERSIONING: switched.default(true).describe("Refuses to start where a bucket keeps no versions."),
  VAULT_LEDGER_REQUIRE_OBJECT_LOCK: switched.default(false).describe("Demands object lock, and locks each checkpoint."),
  VAULT_LEDGER_ANCHOR_BACKFILL_INTERVAL_SECONDS: seconds
    .default(30)
    .describe("How often events are sequenced and checkpoints exported."),
  VAULT_LEDGER_ANCHOR_BACKFILL_BATCH_SIZE: count.default(500).describe("Checkpoints exported at once, at most."),
  VAULT_TRANSPORT_KEY_BASE64: matching(/^[A-Za-z0-9+/_-]{43}=?$/, "32 bytes as base64")
    .optional()
    .describe("Encrypts the ledger's content of tenants whose secret has no `transport_key`."),

  VAULT_LEDGER_OBJECT_LOCK_DAYS: count.default(365).describe("How long a locked checkpoint cannot be deleted."),
  VAULT_LEDGER_OBJECT_LOCK_MODE: choice(["GOVERNANCE", "COMPLIANCE"])
    .default("GOVERNANCE")
    .describe("Whether a privileged role may lift the lock."),
  VAULT_ANCHOR_DIR: path.optional().describe("Checkpoints as files, where no bucket is set."),
  VAULT_LEDGER_ORIGIN: matching(/^[^\s+]+$/, "a name without spaces or +, such as vault.example.com/ledger")
    .default("ledgix.local/ledger")
    .describe("First part of the origin of signed notes; the tenant's id follows."),
  VAULT_LEDGER_WITNESSES: reading("`<address> <verifier key>`, several separated by commas", readWitnesses)
    .default([])
    .describe("Who cosigns checkpoints (C2SP tlog-witness)."),
};

const judge = {
  VAULT_JUDGE_URL: address.describe("The judge."),
  VAULT_JUDGE_API_KEY: matching(/^.{16,}$/, "at least 16 characters").describe("Sent to it as X-API-Key."),
  VAULT_ALLOW_STUB_JUDGE: switched.default(false).describe("A deterministic stub instead of the judge. Development only."),

  VAULT_JUDGE_TIMEOUT_SECONDS: seconds.default(20).describe("How long an answer may take before the request pauses."),
};

const people = {
  SMTP_URL: urlOf(/^smtps?:\/\//, "smtp://user:password@host:587 (STARTTLS) or smtps://…:465")
    .optional()
    .describe("The mail server. Without it no mail is sent."),
  SMTP_FROM: matching(/^.{3,}$/, "a sender")
    .default("Ledgix <ledgix@localhost>")
    .describe("Sender of mail."),
  SMTP_CA_FILE: path.optional().describe("PEM of the mail server's own certificate authority."),
  SLACK_CLIENT_ID: text.optional().describe("The Slack app. All three or none."),
  SLACK_CLIENT_SECRET: text.optional().describe("Its secret."),
  SLACK_SIGNING_SECRET: text.optional().describe("What Slack signs interactions with."),
  SLACK_URL: address.default("https://slack.com").describe("Where Slack is."),
  VAULT_DELIVERY_RETRY_SECONDS: seconds
    .default(5)
    .describe("Until a message that could not be delivered is tried again; three times as long after each further failure."),
  VAULT_ALLOW_PRIVATE_WEBHOOKS: switched
    .default(false)
    .describe("Whether webhooks may go to private, loopback and link-local addresses."),
  VAULT_CONFLUENCE_SYNC_SECONDS: seconds.default(3_600).describe("Between two looks at each Confluence source."),
  VAULT_ALLOW_PRIVATE_CONFLUENCE: switched
    .default(false)
    .describe("Whether Confluence may be at a private address, such as a site of one's own."),
};

/** What Vault needs wherever it runs; the embedded default has its own databases, secrets and anchors. */
const { DATABASE_URL, ...dataPlaneBesides } = dataPlane;
export const vaultConfig = z.object({
  ...transport,
  ...dataPlaneBesides,
  ...queue,
  ...anchoring,
  ...judge,
  ...people,
});
export type VaultConfig = z.infer<typeof vaultConfig>;

/** What Vault needs as a process of its own. */
export const vaultServerConfig = vaultConfig.extend({ DATABASE_URL });
export type VaultServerConfig = z.infer<typeof vaultServerConfig>;

/** What the operator's tool reads of it: where everything is, and nothing of how it is served. */
export const operatorConfig = vaultServerConfig.pick({
  DATABASE_URL: true,
  AWS_REGION: true,
  TENANT_SECRET_PREFIX: true,
  VAULT_SECRETS_DIR: true,
  VAULT_TENANT_SECRET_CACHE_TTL_SECONDS: true,
  VAULT_TENANT_DB_SSLMODE: true,
  VAULT_TENANT_PROVISION_URL: true,
  VAULT_TRANSPORT_KEY_BASE64: true,
  VAULT_KEY_REFRESH_SECONDS: true,
  VAULT_CLEARANCE_SQS_QUEUE_URL: true,
  VAULT_ANCHOR_DIR: true,
  VAULT_LEDGER_ANCHOR_BUCKET: true,
  VAULT_LEDGER_ANCHOR_BUCKET_TEMPLATE: true,
  VAULT_LEDGER_ANCHOR_PREFIX: true,
  VAULT_LEDGER_ANCHOR_REGION: true,
  VAULT_LEDGER_OBJECT_LOCK_DAYS: true,
  VAULT_LEDGER_OBJECT_LOCK_MODE: true,
  VAULT_LEDGER_REQUIRE_BUCKET_VERSIONING: true,
  VAULT_LEDGER_REQUIRE_OBJECT_LOCK: true,
});
export type OperatorConfig = z.infer<typeof operatorConfig>;

/** The settings as the reference shows them. */
export const vaultSettings: SettingGroup[] = [
  { title: "transport and signing", settings: transport },
  { title: "data plane", settings: dataPlane },
  { title: "clearance queue and rate limiting", settings: queue },
  { title: "ledger anchoring", settings: anchoring },
  { title: "judge integration", settings: judge },
  { title: "telling people", settings: people },
];
