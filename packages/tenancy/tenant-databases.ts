import { join } from "node:path";
import { OperatorError } from "@ledgix/configuration/operator-error";
import { z } from "zod";
import { sqlState } from "./database.ts";
import type { TenantDatabases } from "./directory.ts";
import { openPglite } from "./pglite.ts";
import { openPostgres } from "./postgres.ts";
import type { TlsMode } from "./tls-mode.ts";

/** A tenant's id in its one spelling, since a file system may tell two of them apart. */
const tenantId = z.uuid().toLowerCase();

/** One PGlite directory a tenant. Vault and the judge share the open instance, since a directory has one process. */
export function pgliteTenantDatabases(directory: string, template = join(directory, ".template")): TenantDatabases {
  return {
    provision: async (clientId) => `pglite:${tenantId.parse(clientId)}`,
    open: async (databaseUrl) => openPglite(join(directory, tenantId.parse(databaseUrl.replace(/^pglite:/, ""))), template),
  };
}

export type PostgresTenantOptions = {
  /** A DSN that may create databases; without it tenants' databases are made by an operator. */
  provisionUrl?: string;
  maxConnections: number;
  /** TLS where a DSN does not say. */
  tlsMode?: TlsMode;
  /** After so long without use a connection is closed. */
  idleSeconds?: number;
};

/** One PostgreSQL database a tenant, each with a pool of its own. */
export function postgresTenantDatabases({
  provisionUrl,
  maxConnections,
  tlsMode,
  idleSeconds,
}: PostgresTenantOptions): TenantDatabases {
  return {
    async provision(clientId) {
      if (!provisionUrl) {
        throw new OperatorError(
          `Tenant ${clientId} has no database. Name a DSN that may make it in VAULT_TENANT_PROVISION_URL, or make it and its secret by: ` +
            "ledgix tenants create <name> --owner <email> --database-from-stdin < file",
        );
      }
      const name = `ledgix_${tenantId.parse(clientId).replaceAll("-", "")}`;
      const server = openPostgres(provisionUrl, { maxConnections: 1, ...(tlsMode && { tlsMode }) });
      try {
        await server.run(`create database ${name}`);
      } catch (error) {
        if (sqlState(error) !== "42P04") throw error; // it is there already
      } finally {
        await server.close();
      }
      const url = new URL(provisionUrl);
      url.pathname = `/${name}`;
      return url.toString();
    },
    open: async (databaseUrl) =>
      openPostgres(databaseUrl, { maxConnections, ...(tlsMode && { tlsMode }), ...(idleSeconds && { idleSeconds }) }),
  };
}
