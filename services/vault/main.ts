import { setTimeout } from "node:timers/promises";
import { serve } from "@hono/node-server";
import { readConfig } from "@ledgix/configuration/read";
import { serveMetrics } from "@ledgix/telemetry/serve-metrics";
import { startTracing } from "@ledgix/telemetry/tracing";
import { mergeBootstrapSecret } from "@ledgix/tenancy/bootstrap-secret";
import { openTenantDirectory } from "@ledgix/tenancy/directory";
import { keepPrivate } from "@ledgix/tenancy/keep-private";
import { openPostgres } from "@ledgix/tenancy/postgres";
import { cachedSecrets } from "@ledgix/tenancy/secret-cache";
import { tellOperator } from "@ledgix/tenancy/tell-operator";
import { postgresTenantDatabases } from "@ledgix/tenancy/tenant-databases";
import { AnchorRefused } from "./adapters/anchor-store.ts";
import { createVault } from "./app.ts";
import { closeServer } from "./close-server.ts";
import { composeVault } from "./compose.ts";
import { vaultServerConfig } from "./config.ts";
import { prepareTenantDatabase } from "./database/prepare.ts";
import { jsonLog } from "./log.ts";
import { startBackgroundWork } from "./loop.ts";
import { openAnchors, openSecrets } from "./open-adapters.ts";

// Vault as a process of its own, on PostgreSQL.

async function main(): Promise<void> {
  const log = jsonLog("vault", (line) => process.stdout.write(`${line}\n`));
  const environment = await mergeBootstrapSecret(process.env, (names) =>
    log.info("bootstrap_secret.merged", { settings: names.join(" ") }),
  );
  const config = readConfig(vaultServerConfig, environment);
  for (const directory of [config.VAULT_SECRETS_DIR, config.VAULT_ANCHOR_DIR])
    if (directory !== undefined) await keepPrivate(directory, { for: "group" });
  const tracing = startTracing("ledgix-vault", environment);
  const controlPlane = openPostgres(config.DATABASE_URL, {
    maxConnections: config.VAULT_CONTROL_PLANE_DB_MAX_OPEN_CONNS,
    onIdleError: (error) => log.error("control_plane.connection_lost", error),
  });
  const tenants = openTenantDirectory({
    controlPlane,
    secrets: cachedSecrets(openSecrets(config, environment), { ttlSeconds: config.VAULT_TENANT_SECRET_CACHE_TTL_SECONDS }),
    transportKey: config.VAULT_TRANSPORT_KEY_BASE64,
    databases: postgresTenantDatabases({
      maxConnections: config.VAULT_TENANT_DB_MAX_OPEN_CONNS,
      tlsMode: config.VAULT_TENANT_DB_SSLMODE,
      idleSeconds: config.VAULT_TENANT_DB_IDLE_SECONDS,
      ...(config.VAULT_TENANT_PROVISION_URL && { provisionUrl: config.VAULT_TENANT_PROVISION_URL }),
    }),
    prepare: prepareTenantDatabase,
  });
  const anchors = openAnchors(config, environment);
  const draining = new AbortController();
  const deps = await composeVault(config, { controlPlane, tenants, anchors, log, environment, draining: draining.signal });
  await anchors.check(await tenants.active()).catch((error: unknown) => {
    if (error instanceof AnchorRefused) throw error;
    log.error("anchors.not_reached", error); // checked before anything is anchored; clearance goes on meanwhile
  });
  const background = startBackgroundWork(deps);
  deps.metrics.collectProcess();
  const stopMetrics =
    config.VAULT_METRICS_PORT && serveMetrics(deps.metrics.registry, config.VAULT_METRICS_PORT, config.VAULT_HOST);
  const server = serve({ fetch: createVault(deps).fetch, port: config.VAULT_PORT, hostname: config.VAULT_HOST }, ({ port }) =>
    log.info("vault.listening", { port }),
  );
  const stop = async () => {
    draining.abort();
    log.info("vault.draining");
    await setTimeout(config.VAULT_DRAIN_SECONDS * 1000); // until the balancer has seen that this one is not ready
    await closeServer(server);
    await background.stop();
    await tenants.close();
    await controlPlane.close();
    deps.closeConnections();
    if (stopMetrics) stopMetrics();
    await tracing.shutdown();
    process.exit(0);
  };
  process.once("SIGTERM", () => void stop());
  process.once("SIGINT", () => void stop());
}

main().catch((error) => {
  tellOperator(error);
  process.exit(1);
});
