import { join } from "node:path";
import { readConfig } from "@ledgix/configuration/read";
import type { Embedding } from "@ledgix/judge/adapters/embedding";
import { createJudge } from "@ledgix/judge/app";
import { openModelJudge, openVectors } from "@ledgix/judge/compose";
import { judgeConfig } from "@ledgix/judge/config";
import { openTenantDirectory } from "@ledgix/tenancy/directory";
import { fileSecrets } from "@ledgix/tenancy/file-secrets";
import { cachedSecrets } from "@ledgix/tenancy/secret-cache";
import { pgliteTenantDatabases } from "@ledgix/tenancy/tenant-databases";
import { directoryAnchor } from "@ledgix/vault/adapters/directory-anchor";
import { createVault } from "@ledgix/vault/app";
import { composeVault } from "@ledgix/vault/compose";
import { vaultConfig } from "@ledgix/vault/config";
import { prepareTenantDatabase } from "@ledgix/vault/database/prepare";
import type { Log } from "@ledgix/vault/log";
import { startBackgroundWork } from "@ledgix/vault/loop";
import { HOST, type LocalConfig } from "./config.ts";
import { openControlPlane } from "./control-plane.ts";
import type { LocalSecrets } from "./data-directory.ts";
import { allowedHosts } from "./hosts.ts";
import { inboxPath, isOfInbox, openInbox } from "./inbox.ts";
import { listen, peerAddress } from "./listen.ts";

/** Seconds between checkpoints here, unless the environment says otherwise: a newcomer should not wait for a proof. */
const CHECKPOINT_SECONDS = "5";

const judgeModels = judgeConfig.pick({
  EMBEDDING_MODEL: true,
  EMBEDDING_MODEL_BASE_URL: true,
  EVAL_MODEL: true,
  EVAL_MODEL_BASE_URL: true,
  EVAL_TIMEOUT_SECONDS: true,
  EVAL_MODEL_PRICE: true,
  EVAL_CALIBRATION_FILE: true,
});

export type LocalServices = { supabaseUrl: string; vaultUrl: string; inboxUrl: string; close(): Promise<void> };

/** Composes Supabase Lite, the judge and Vault in this process, on one PGlite directory a tenant. Listens last, when all is ready. */
export async function startServices(options: {
  config: LocalConfig;
  secrets: LocalSecrets;
  environment: Record<string, string | undefined>;
  embedding: Embedding;
  log: Log;
}): Promise<LocalServices> {
  const { config, secrets, embedding, log } = options;
  const directory = (name: string) => join(config.LEDGIX_DATA_DIR, name);
  const consoleUrl = `http://localhost:${config.PORT}`;
  const judgeUrl = `http://${HOST}:${config.JUDGE_PORT}`;
  const vault = readConfig(vaultConfig, {
    VAULT_LEDGER_ANCHOR_BACKFILL_INTERVAL_SECONDS: CHECKPOINT_SECONDS,
    ...options.environment,
    VAULT_HOST: HOST,
    VAULT_PORT: String(config.VAULT_PORT),
    VAULT_JUDGE_URL: judgeUrl,
    VAULT_JUDGE_API_KEY: secrets.judgeApiKey,
    SUPABASE_JWT_SECRET: secrets.jwtSecret,
    CONSOLE_URL: consoleUrl,
  });

  const inbox = openInbox(directory("inbox"), secrets.inboxToken);
  const controlPlane = await openControlPlane({
    directory: directory("control-plane"),
    jwtSecret: secrets.jwtSecret,
    publishableKey: secrets.publishableKey,
    siteUrl: consoleUrl,
    email: inbox.driver,
  });
  const tenants = openTenantDirectory({
    controlPlane: controlPlane.database,
    secrets: cachedSecrets(fileSecrets(directory("secrets")), { ttlSeconds: vault.VAULT_TENANT_SECRET_CACHE_TTL_SECONDS }),
    transportKey: vault.VAULT_TRANSPORT_KEY_BASE64,
    databases: pgliteTenantDatabases(directory("tenants")),
    prepare: prepareTenantDatabase,
  });
  const deps = await composeVault(vault, {
    controlPlane: controlPlane.database,
    tenants,
    anchors: directoryAnchor(directory("anchors")),
    log,
    environment: options.environment,
    signingKeyFile: directory("signing-key.pem"),
    inbox: inbox.mailer,
  });
  // Both local here unless a model is named.
  const models = readConfig(judgeModels, { EMBEDDING_MODEL: "local", EVAL_MODEL: "local", ...options.environment });
  const judge = createJudge({
    apiKey: secrets.judgeApiKey,
    tenants,
    vectors: await openVectors(models, options.environment, embedding),
    model: await openModelJudge(models, options.environment, tenants),
    onError: (error) => log.error("judge.failed", error),
  });

  const hosts = allowedHosts(config);
  const servers = [
    await listen("SUPABASE_PORT", config.SUPABASE_PORT, hosts, (request, env) =>
      isOfInbox(request) ? inbox.page.fetch(request) : controlPlane.fetch(request, peerAddress(env)),
    ),
    await listen("JUDGE_PORT", config.JUDGE_PORT, hosts, judge.fetch),
  ];
  const background = startBackgroundWork(deps);
  servers.push(await listen("VAULT_PORT", config.VAULT_PORT, hosts, createVault(deps).fetch));

  return {
    supabaseUrl: `http://${HOST}:${config.SUPABASE_PORT}`,
    vaultUrl: `http://${HOST}:${config.VAULT_PORT}`,
    inboxUrl: `http://${HOST}:${config.SUPABASE_PORT}${inboxPath(secrets.inboxToken)}`,
    async close() {
      await servers[2]?.close();
      await background.stop();
      await Promise.all([servers[0]?.close(), servers[1]?.close()]);
      await embedding.close();
      await tenants.close();
      await controlPlane.close();
    },
  };
}
