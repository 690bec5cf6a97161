import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { OperatorError } from "@ledgix/configuration/operator-error";
import { ConfigError, type Environment, readConfig } from "@ledgix/configuration/read";
import { lockDataDirectory } from "@ledgix/local/data-directory";
import { mergeBootstrapSecret } from "@ledgix/tenancy/bootstrap-secret";
import type { Database } from "@ledgix/tenancy/database";
import { openTenantDirectory, type TenantDatabases, type TenantDirectory } from "@ledgix/tenancy/directory";
import { fileSecrets } from "@ledgix/tenancy/file-secrets";
import { openPglite } from "@ledgix/tenancy/pglite";
import { openPostgres } from "@ledgix/tenancy/postgres";
import { type CachedSecretStore, cachedSecrets } from "@ledgix/tenancy/secret-cache";
import type { SecretStore } from "@ledgix/tenancy/secrets";
import { pgliteTenantDatabases, postgresTenantDatabases } from "@ledgix/tenancy/tenant-databases";
import type { AnchorStore } from "@ledgix/vault/adapters/anchor-store";
import { directoryAnchor } from "@ledgix/vault/adapters/directory-anchor";
import { type OperatorConfig, operatorConfig } from "@ledgix/vault/config";
import { assertOwner } from "@ledgix/vault/database/owner";
import { openAnchors, openSecrets } from "@ledgix/vault/open-adapters";

/** What an operator works on: Vault's own databases, secrets and anchors, opened by the environment that Vault has. */
export type Installation = {
  controlPlane: Database;
  tenants: TenantDirectory;
  databases: TenantDatabases;
  secrets: CachedSecretStore;
  anchors: AnchorStore | null;
  config: OperatorConfig;
  environment: Environment;
  close(): Promise<void>;
};

/** A command that is not carried out. */
export class Refused extends OperatorError {
  override name = "Refused";
}

/** A value for settings that the embedded default does not have. */
const UNUSED_DSN = "postgres://embedded";

/**
 * Opens the installation that the environment names: DATABASE_URL and its like, or the embedded default's data directory, which must
 * not be in use.
 *
 * @throws {ConfigError} @throws {Refused}
 */
export async function openInstallation(given: Environment): Promise<Installation> {
  const environment = await mergeBootstrapSecret(given, () => {});
  const directory = resolve(environment.LEDGIX_DATA_DIR || ".ledgix");
  if (environment.DATABASE_URL) return openServers(environment);
  if (existsSync(join(directory, "control-plane"))) return openEmbedded(directory, environment);
  throw new ConfigError([
    "DATABASE_URL: is needed, as Vault has it; or LEDGIX_DATA_DIR, the data directory of `npm start`, while that is stopped.",
  ]);
}

function openServers(environment: Environment): Installation {
  const config = readConfig(operatorConfig, environment);
  return compose({
    config,
    environment,
    controlPlane: openPostgres(config.DATABASE_URL, { maxConnections: 2 }),
    store: openSecrets(config, environment),
    databases: postgresTenantDatabases({
      maxConnections: 4,
      tlsMode: config.VAULT_TENANT_DB_SSLMODE,
      ...(config.VAULT_TENANT_PROVISION_URL && { provisionUrl: config.VAULT_TENANT_PROVISION_URL }),
    }),
    anchors: hasAnchors(config) ? openAnchors(config, environment) : null,
  });
}

const hasAnchors = (config: OperatorConfig) =>
  Boolean(config.VAULT_ANCHOR_DIR || config.VAULT_LEDGER_ANCHOR_BUCKET || config.VAULT_LEDGER_ANCHOR_BUCKET_TEMPLATE);

async function openEmbedded(directory: string, environment: Environment): Promise<Installation> {
  const unlock = await lockDataDirectory(directory);
  return compose({
    config: readConfig(operatorConfig, { DATABASE_URL: UNUSED_DSN, ...environment }),
    environment,
    controlPlane: await openPglite(join(directory, "control-plane")),
    store: fileSecrets(join(directory, "secrets")),
    databases: pgliteTenantDatabases(join(directory, "tenants")),
    anchors: directoryAnchor(join(directory, "anchors")),
    unlock,
  });
}

function compose(parts: {
  config: OperatorConfig;
  environment: Environment;
  controlPlane: Database;
  store: SecretStore;
  databases: TenantDatabases;
  anchors: AnchorStore | null;
  unlock?: () => void;
}): Installation {
  const { config, environment, controlPlane, databases, anchors } = parts;
  const secrets = cachedSecrets(parts.store, { ttlSeconds: config.VAULT_TENANT_SECRET_CACHE_TTL_SECONDS });
  const tenants = openTenantDirectory({
    controlPlane,
    secrets,
    databases,
    transportKey: config.VAULT_TRANSPORT_KEY_BASE64,
    prepare: assertOwner,
    alsoSuspended: true,
  });
  return {
    controlPlane,
    tenants,
    databases,
    secrets,
    anchors,
    config,
    environment,
    async close() {
      await tenants.close();
      await controlPlane.close();
      parts.unlock?.();
    },
  };
}
