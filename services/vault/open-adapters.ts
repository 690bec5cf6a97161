import { readFile } from "node:fs/promises";
import { KMSClient } from "@aws-sdk/client-kms";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { ConfigError, type Environment } from "@ledgix/configuration/read";
import { awsClientOptions } from "@ledgix/tenancy/aws-environment";
import { awsSecrets } from "@ledgix/tenancy/aws-secrets";
import { fileSecrets } from "@ledgix/tenancy/file-secrets";
import type { SecretStore } from "@ledgix/tenancy/secrets";
import type { AnchorStore } from "./adapters/anchor-store.ts";
import type { ClearanceQueue } from "./adapters/clearance-queue.ts";
import { directoryAnchor } from "./adapters/directory-anchor.ts";
import { kmsSigner } from "./adapters/kms-signer.ts";
import { localSigner, readOrCreateKeyFile, readPrivateKey } from "./adapters/local-signer.ts";
import { memoryQueue } from "./adapters/memory-queue.ts";
import { memoryRateLimit } from "./adapters/memory-rate-limit.ts";
import type { RateLimit } from "./adapters/rate-limit.ts";
import { connectRedis, redisRateLimit } from "./adapters/redis-rate-limit.ts";
import { s3Anchor } from "./adapters/s3-anchor.ts";
import type { Signer } from "./adapters/signer.ts";
import { sqsQueue } from "./adapters/sqs-queue.ts";
import type { VaultConfig } from "./config.ts";
import type { Log } from "./log.ts";

// Which adapter stands behind each seam, by the configuration.

/** Polling may come ten times as often as other calls: one client generation does not survive a 429 there. */
const POLLING_FACTOR = 10;

export function openQueue(config: VaultConfig, environment: Environment, log: Log): ClearanceQueue {
  const workers = config.VAULT_CLEARANCE_ASYNC_WORKERS;
  if (config.VAULT_CLEARANCE_SQS_QUEUE_URL === undefined) {
    return memoryQueue({ workers, depth: config.VAULT_CLEARANCE_ASYNC_QUEUE_SIZE });
  }
  return sqsQueue({
    client: new SQSClient(awsClientOptions(environment, "SQS", config.AWS_REGION)),
    queueUrl: config.VAULT_CLEARANCE_SQS_QUEUE_URL,
    workers,
    groupShards: config.VAULT_CLEARANCE_SQS_FIFO_GROUP_SHARDS,
    waitSeconds: config.VAULT_CLEARANCE_SQS_WAIT_TIME_SECONDS,
    visibilitySeconds: config.VAULT_CLEARANCE_SQS_VISIBILITY_TIMEOUT_SECONDS,
    onError: (error) => log.error("queue.failed", error),
  });
}

export function openRateLimits(config: VaultConfig, log: Log): { calls: RateLimit; polling: RateLimit; close(): void } {
  const redis = config.VAULT_RATE_LIMIT_REDIS_URL
    ? connectRedis(config.VAULT_RATE_LIMIT_REDIS_URL, (error) => log.error("redis.connection", error))
    : null;
  const limit = (name: string, factor: number): RateLimit => {
    const bucket = {
      rps: config.VAULT_RATE_LIMIT_RPS * factor,
      burst: config.VAULT_RATE_LIMIT_BURST * factor,
      ttlSeconds: config.VAULT_RATE_LIMIT_TTL_SECONDS,
    };
    const inMemory = memoryRateLimit({ ...bucket, now: () => performance.now() });
    if (redis === null) return inMemory;
    const onError = (error: unknown) => log.error("rate_limit.redis_away", error);
    return redisRateLimit({ ...bucket, client: redis, name, fallback: inMemory, onError });
  };
  return { calls: limit("calls", 1), polling: limit("polling", POLLING_FACTOR), close: () => redis?.disconnect() };
}

export type AnchorConfig = Pick<
  VaultConfig,
  | "AWS_REGION"
  | "VAULT_ANCHOR_DIR"
  | "VAULT_LEDGER_ANCHOR_BUCKET"
  | "VAULT_LEDGER_ANCHOR_BUCKET_TEMPLATE"
  | "VAULT_LEDGER_ANCHOR_PREFIX"
  | "VAULT_LEDGER_ANCHOR_REGION"
  | "VAULT_LEDGER_OBJECT_LOCK_DAYS"
  | "VAULT_LEDGER_OBJECT_LOCK_MODE"
  | "VAULT_LEDGER_REQUIRE_BUCKET_VERSIONING"
  | "VAULT_LEDGER_REQUIRE_OBJECT_LOCK"
>;

/** @throws {ConfigError} where neither a bucket nor a directory is named */
export function openAnchors(config: AnchorConfig, environment: Environment): AnchorStore {
  const bucket = config.VAULT_LEDGER_ANCHOR_BUCKET_TEMPLATE ?? config.VAULT_LEDGER_ANCHOR_BUCKET;
  if (bucket === undefined) {
    if (config.VAULT_ANCHOR_DIR !== undefined) return directoryAnchor(config.VAULT_ANCHOR_DIR);
    throw new ConfigError([
      "VAULT_LEDGER_ANCHOR_BUCKET, VAULT_LEDGER_ANCHOR_BUCKET_TEMPLATE or VAULT_ANCHOR_DIR: one of them says where checkpoints are anchored.",
    ]);
  }
  const options = awsClientOptions(environment, "S3", config.VAULT_LEDGER_ANCHOR_REGION ?? config.AWS_REGION);
  return s3Anchor({
    // Another server than AWS may not serve a host a bucket.
    client: new S3Client({ ...options, forcePathStyle: "endpoint" in options }),
    bucket,
    prefix: config.VAULT_LEDGER_ANCHOR_PREFIX ?? "",
    requireVersioning: config.VAULT_LEDGER_REQUIRE_BUCKET_VERSIONING,
    lock: config.VAULT_LEDGER_REQUIRE_OBJECT_LOCK
      ? { mode: config.VAULT_LEDGER_OBJECT_LOCK_MODE, days: config.VAULT_LEDGER_OBJECT_LOCK_DAYS }
      : null,
    now: () => new Date(),
  });
}

export type SecretsConfig = Pick<VaultConfig, "AWS_REGION" | "TENANT_SECRET_PREFIX" | "VAULT_SECRETS_DIR">;

/** @throws {ConfigError} where neither a prefix nor a directory is named */
export function openSecrets(config: SecretsConfig, environment: Environment): SecretStore {
  if (config.TENANT_SECRET_PREFIX !== undefined) {
    return awsSecrets({ prefix: config.TENANT_SECRET_PREFIX, environment: { ...environment, AWS_REGION: config.AWS_REGION } });
  }
  if (config.VAULT_SECRETS_DIR !== undefined) return fileSecrets(config.VAULT_SECRETS_DIR);
  throw new ConfigError(["TENANT_SECRET_PREFIX or VAULT_SECRETS_DIR: one of them says where tenants' secrets are."]);
}

/** The key that the environment names. @param fallbackFile Where it is made when it is not named. */
export async function openConfiguredSigner(
  config: VaultConfig,
  environment: Environment,
  fallbackFile?: string,
): Promise<Signer> {
  if (config.VAULT_SIGNER_BACKEND === "aws_kms") {
    const kmsKeyId = config.VAULT_KMS_KEY_ID;
    if (!kmsKeyId) throw new ConfigError(["VAULT_KMS_KEY_ID: is needed where VAULT_SIGNER_BACKEND is aws_kms."]);
    return kmsSigner({ keyId: config.VAULT_KEY_ID, kmsKeyId, client: kmsClient(config, environment) });
  }
  if (config.VAULT_PRIVATE_KEY_BASE64) return localSigner(config.VAULT_KEY_ID, readPrivateKey(config.VAULT_PRIVATE_KEY_BASE64));
  const file = config.VAULT_PRIVATE_KEY_FILE ?? fallbackFile;
  if (file === undefined) {
    throw new ConfigError(["VAULT_PRIVATE_KEY_FILE or VAULT_PRIVATE_KEY_BASE64: one of them names the Ed25519 key."]);
  }
  return localSigner(config.VAULT_KEY_ID, await readOrCreateKeyFile(file));
}

/** Opens a key by where it is: `kms:<key id>` or `file:<path>`. */
export const signerOpener =
  (config: Pick<VaultConfig, "AWS_REGION">, environment: Environment) =>
  async (keyId: string, source: string): Promise<Signer> => {
    const [kind, place] = [source.slice(0, source.indexOf(":")), source.slice(source.indexOf(":") + 1)];
    if (kind === "kms") return kmsSigner({ keyId, kmsKeyId: place, client: kmsClient(config, environment) });
    if (kind === "file") return localSigner(keyId, readPrivateKey(await readFile(place, "utf8")));
    throw new TypeError(`The key ${keyId} is of the environment of another Vault.`);
  };

const kmsClient = (config: Pick<VaultConfig, "AWS_REGION">, environment: Environment) =>
  new KMSClient(awsClientOptions(environment, "KMS", config.AWS_REGION));
