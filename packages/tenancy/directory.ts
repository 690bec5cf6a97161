import { z } from "zod";
import type { Database, Queryable } from "./database.ts";
import type { SecretStore, TenantSecret } from "./secrets.ts";

/** How a tenant's database is made and opened: a PGlite directory each, or a PostgreSQL database each. */
export interface TenantDatabases {
  /** Makes an empty database, or finds it. @returns the `database_url` for the tenant's secret. */
  provision(clientId: string): Promise<string>;
  open(databaseUrl: string): Promise<Database>;
}

export type TenantDirectoryOptions = {
  controlPlane: Queryable;
  secrets: SecretStore;
  databases: TenantDatabases;
  /** Brings a database to the current schema when it is first opened. The judge leaves that to Vault. */
  prepare?: (database: Database) => Promise<unknown>;
};

/** No such tenant, or one that was not provisioned yet. */
export class TenantNotFound extends Error {
  override name = "TenantNotFound";
}

/** The way from a tenant to its open database: client → secret reference → secret → connection. */
export interface TenantDirectory {
  /** @throws {TenantNotFound} */
  database(clientId: string): Promise<Database>;
  /** Makes the tenant's secret and database where they are missing. Doing it twice changes nothing. */
  provision(clientId: string): Promise<void>;
  /** @throws {TenantNotFound} */
  secret(clientId: string): Promise<TenantSecret>;
  /** Changes a tenant's secret, one writer at a time. */
  changeSecret(clientId: string, change: (secret: TenantSecret) => TenantSecret): Promise<void>;
  /** The tenants that are in use. */
  active(): Promise<string[]>;
  close(): Promise<void>;
}

export function openTenantDirectory(options: TenantDirectoryOptions): TenantDirectory {
  const { controlPlane, secrets, databases, prepare } = options;
  const open = new Map<string, Promise<Database>>();

  async function secretName(clientId: string): Promise<string> {
    const client = await controlPlane.row(
      z.object({ tenant_secret_ref: z.string() }),
      "select tenant_secret_ref from public.clients where id = $1 and status <> 'suspended'",
      [clientId],
    );
    if (client === null) throw new TenantNotFound(`There is no tenant ${clientId}.`);
    return client.tenant_secret_ref;
  }

  async function secret(clientId: string): Promise<TenantSecret> {
    const found = await secrets.read(await secretName(clientId));
    if (found === null) throw new TenantNotFound(`Tenant ${clientId} has no database yet.`);
    return found;
  }

  async function connect(clientId: string): Promise<Database> {
    const { database_url } = await secret(clientId);
    const database = await databases.open(database_url);
    await prepare?.(database);
    return database;
  }

  function database(clientId: string): Promise<Database> {
    let connection = open.get(clientId);
    if (connection === undefined) {
      connection = connect(clientId);
      open.set(clientId, connection);
      // A tenant that could not be opened is tried again by the next caller.
      connection.catch(() => open.delete(clientId));
    }
    return connection;
  }

  return {
    database,
    async provision(clientId) {
      const name = await secretName(clientId);
      if ((await secrets.read(name)) === null) {
        const secret: TenantSecret = {
          database_url: await databases.provision(clientId),
          transport_key: Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64"),
        };
        await secrets.create(name, secret);
      }
      await database(clientId);
      await controlPlane.run("update public.clients set status = 'active' where id = $1 and status = 'provisioning'", [clientId]);
    },
    secret,
    async changeSecret(clientId, change) {
      const held = await database(clientId);
      const name = await secretName(clientId);
      // The tenant's own database is the lock that all replicas share.
      await held.transaction(async (transaction) => {
        await transaction.run("select pg_advisory_xact_lock(hashtext('tenant.secret'))");
        await secrets.replace(name, change(await secret(clientId)));
      });
    },
    async active() {
      const rows = await controlPlane.rows(
        z.object({ id: z.string() }),
        "select id from public.clients where status = 'active' order by id",
      );
      return rows.map((row) => row.id);
    },
    async close() {
      const connections = await Promise.allSettled(open.values());
      open.clear();
      await Promise.all(connections.map((connection) => connection.status === "fulfilled" && connection.value.close()));
    },
  };
}
