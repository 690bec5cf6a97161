import { serve } from "@hono/node-server";
import { openTenantDirectory } from "@ledgix/tenancy/directory";
import { fileSecrets } from "@ledgix/tenancy/file-secrets";
import { openPostgres } from "@ledgix/tenancy/postgres";
import { postgresTenantDatabases } from "@ledgix/tenancy/tenant-databases";
import { directoryAnchor } from "./adapters/directory-anchor.ts";
import { createVault } from "./app.ts";
import { composeVault } from "./compose.ts";
import { ConfigError, readConfig, vaultServerConfig } from "./config.ts";
import { prepareTenantDatabase } from "./database/prepare.ts";
import { jsonLog } from "./log.ts";
import { startBackgroundWork } from "./loop.ts";

// Vault as a process of its own, on PostgreSQL. Secrets and anchors are directories until their cloud adapters stand beside them.

async function main(): Promise<void> {
  const config = readConfig(vaultServerConfig, process.env);
  const log = jsonLog("vault", (line) => process.stdout.write(`${line}\n`));
  const controlPlane = openPostgres(config.DATABASE_URL, {
    maxConnections: config.VAULT_CONTROL_PLANE_DB_MAX_OPEN_CONNS,
    onIdleError: (error) => log.error("control_plane.connection_lost", error),
  });
  const tenants = openTenantDirectory({
    controlPlane,
    secrets: fileSecrets(config.VAULT_SECRETS_DIR),
    databases: postgresTenantDatabases({
      maxConnections: config.VAULT_TENANT_DB_MAX_OPEN_CONNS,
      ...(config.VAULT_TENANT_PROVISION_URL && { provisionUrl: config.VAULT_TENANT_PROVISION_URL }),
    }),
    prepare: prepareTenantDatabase,
  });
  const deps = await composeVault(config, { controlPlane, tenants, anchors: directoryAnchor(config.VAULT_ANCHOR_DIR), log });
  const background = startBackgroundWork(deps);
  const server = serve({ fetch: createVault(deps).fetch, port: config.VAULT_PORT, hostname: config.VAULT_HOST }, ({ port }) =>
    log.info("vault.listening", { port }),
  );
  const stop = async () => {
    server.close();
    await background.stop();
    await tenants.close();
    await controlPlane.close();
    process.exit(0);
  };
  process.once("SIGTERM", () => void stop());
  process.once("SIGINT", () => void stop());
}

main().catch((error) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
});
