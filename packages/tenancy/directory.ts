import { OperatorError } from "@ledgix/configuration/operator-error";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import { contentSeal, readTransportKey, type TransportKeys } from "./content-seal.ts";
import { type Database, isOutage, type Queryable, sqlState } from "./database.ts";
import type { CachedSecretStore } from "./secret-cache.ts";
import type { TenantSecret } from "./secrets.ts";
import { type TenantDatabase, tenantDatabase } from "./tenant-database.ts";

/** How a tenant's database is made and opened: a PGlite directory each, or a PostgreSQL database each. */
export interface TenantDatabases {
  /** Makes an empty database, or finds it. @returns the `database_url` for the tenant's secret. */
  provision(clientId: string): Promise<string>;
  open(databaseUrl: string): Promise<Database>;
}

export type TenantDirectoryOptions = {
  controlPlane: Queryable;
  secrets: CachedSecretStore;
  databases: TenantDatabases;
  /** Base64. Encrypts the content of tenants whose secret has no key of its own. */
  transportKey?: string | undefined;
  /** Brings a database to the current schema when it is first opened, and sees whose it is. The judge leaves that to Vault. */
  prepare?: (database: Database, clientId: string) => Promise<unknown>;
  /** Opens suspended tenants too: for operators. */
  alsoSuspended?: boolean;
};

/** A tenant's id in its one spelling: maps are keyed by it, whoever asks. */
const tenantId = z.uuid().toLowerCase();

/** No such tenant, or one that was not provisioned yet. */
export class TenantNotFound extends Error {
  override name = "TenantNotFound";
}

/** A tenant's database does not open: its files are damaged, it cannot be brought to the current schema. */
export class TenantUnavailable extends Error {
  override name = "TenantUnavailable";
}

/** The way from a tenant to its open database: client → secret reference → secret → connection. */
export interface TenantDirectory {
  /**
   * Follows the tenant's secret: another DSN there opens another pool, without a restart.
   *
   * @throws {TenantNotFound} @throws {SecretsUnavailable} @throws {TenantUnavailable} @throws {OperatorError}
   */
  database(clientId: string): Promise<TenantDatabase>;
  /** Makes the tenant's secret and database where they are missing. Doing it twice changes nothing. */
  provision(clientId: string): Promise<void>;
  /**
   * The tenant's secret, as it was read within the cache's time.
   *
   * @param isEnough False where it lacks what the caller needs: then it is read again, since another replica may have added it.
   * @throws {TenantNotFound} @throws {SecretsUnavailable}
   */
  secret(clientId: string, isEnough?: (secret: TenantSecret) => boolean): Promise<TenantSecret>;
  /** Changes a tenant's secret, one writer at a time. */
  changeSecret(clientId: string, change: (secret: TenantSecret) => TenantSecret): Promise<void>;
  /** The tenants that are in use. */
  active(): Promise<string[]>;
  close(): Promise<void>;
}

/** For so long the way from a tenant to its secret is remembered: a suspended tenant is refused, and a lost control plane noticed, after it. */
const NAME_TTL_MS = 60_000;
/** A pool whose DSN was replaced is closed after so long: who is at work with it may finish. */
const RETIRED_MS = 30_000;

export function openTenantDirectory(options: TenantDirectoryOptions): TenantDirectory {
  const { controlPlane, secrets, databases, prepare } = options;
  const open = new Map<string, { url: string; connection: Promise<TenantDatabase>; replaced: AbortController }>();
  const retired = new Map<NodeJS.Timeout, Promise<TenantDatabase>>();
  const names = new LRUCache<string, string>({ max: 20_000, ttl: NAME_TTL_MS });

  function idOf(given: string): string {
    const parsed = tenantId.safeParse(given);
    if (parsed.success) return parsed.data;
    throw new TenantNotFound("A tenant's id is a UUID.");
  }

  async function secretName(clientId: string): Promise<string> {
    const known = names.get(clientId);
    if (known !== undefined) return known;
    const client = await controlPlane.row(
      z.object({ secret_name: z.string() }),
      `select s.name as secret_name from public.clients c join private.tenant_secrets s on s.client_id = c.id
       where c.id = $1 and (c.status <> 'suspended' or $2)`,
      [clientId, options.alsoSuspended ?? false],
    );
    if (client === null) throw new TenantNotFound(`There is no tenant ${clientId}.`);
    names.set(clientId, client.secret_name);
    return client.secret_name;
  }

  async function secret(given: string, isEnough: (secret: TenantSecret) => boolean = () => true): Promise<TenantSecret> {
    const clientId = idOf(given);
    const name = await secretName(clientId);
    let found = await secrets.read(name);
    if (found !== null && !isEnough(found)) {
      secrets.forget(name);
      found = await secrets.read(name);
    }
    if (found === null) throw new TenantNotFound(`Tenant ${clientId} has no database yet.`);
    return found;
  }

  async function transportKeys(clientId: string, isStale: boolean): Promise<TransportKeys> {
    if (isStale) secrets.forget(await secretName(clientId));
    const { transport_key = options.transportKey, previous_transport_keys = [] } = await secret(clientId);
    if (transport_key === undefined) throw new TenantNotFound(`The secret of tenant ${clientId} has no transport_key.`);
    return { current: readTransportKey(transport_key), previous: previous_transport_keys.map(readTransportKey) };
  }

  /** What an operator can mend is told to operators; what else stands in the way is a cause, for the log alone. */
  function unavailable(error: unknown): Error {
    if (error instanceof OperatorError || (error instanceof Error && isOutage(error))) return error;
    return new TenantUnavailable("The tenant's database does not open.", { cause: error });
  }

  async function connect(clientId: string, url: string, replaced: AbortSignal): Promise<TenantDatabase> {
    const opened = await databases.open(url).catch((error: unknown) => {
      throw unavailable(error);
    });
    const database = tenantDatabase(opened, {
      replaced,
      contents: contentSeal(({ isStale } = { isStale: false }) => transportKeys(clientId, isStale)),
      // A password that was refused may have been rotated: it is read again at the next use.
      onError: async (error) => {
        if (sqlState(error)?.startsWith("28")) secrets.forget(await secretName(clientId));
      },
    });
    try {
      await prepare?.(database, clientId);
      return database;
    } catch (error) {
      await database.close().catch(() => {});
      throw unavailable(error);
    }
  }

  async function database(given: string): Promise<TenantDatabase> {
    const clientId = idOf(given);
    const { database_url: url } = await secret(clientId);
    const held = open.get(clientId);
    if (held?.url === url) return held.connection;
    if (held) retire(held);
    // One connection a tenant is on its way at a time; one that failed is tried again by the next caller.
    const replaced = new AbortController();
    const connection = connect(clientId, url, replaced.signal);
    open.set(clientId, { url, connection, replaced });
    connection.catch(() => open.get(clientId)?.connection === connection && open.delete(clientId));
    return connection;
  }

  function retire({ connection, replaced }: { connection: Promise<TenantDatabase>; replaced: AbortController }): void {
    const timer = setTimeout(() => {
      retired.delete(timer);
      void close(connection);
    }, RETIRED_MS);
    retired.set(timer.unref(), connection);
    replaced.abort();
  }

  const close = (connection: Promise<TenantDatabase>) => connection.then((database) => database.close()).catch(() => {});

  return {
    database,
    async provision(given) {
      const clientId = idOf(given);
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
    async changeSecret(given, change) {
      const clientId = idOf(given);
      const held = await database(clientId);
      const name = await secretName(clientId);
      // The tenant's own database is the lock that all replicas share.
      await held.transaction(async (transaction) => {
        await transaction.run("select pg_advisory_xact_lock(hashtext('tenant.secret'))");
        secrets.forget(name); // another replica may have changed it
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
      const connections = [...retired.values(), ...[...open.values()].map(({ connection }) => connection)];
      for (const timer of retired.keys()) clearTimeout(timer);
      retired.clear();
      open.clear();
      await Promise.all(connections.map(close));
    },
  };
}
