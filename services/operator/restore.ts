import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import type { Queryable } from "@ledgix/tenancy/database";
import { prepareTenantDatabase } from "@ledgix/vault/database/prepare";
import { compareWithAnchors } from "@ledgix/verifier";
import { z } from "zod";
import { audit } from "./audit.ts";
import { fileOf, MANIFEST, type Manifest, manifest } from "./backup.ts";
import { type Installation, Refused } from "./installation.ts";
import { readAnchored, storedCheckpoints } from "./stored-log.ts";
import { appliedMigrations, listTables, quoted, type Table } from "./tables.ts";
import { findSecretName, findTenant } from "./tenants.ts";

export type Restored = {
  rows: number;
  checkpoints: number;
  compared: number;
  /** Anchored checkpoints that the backup does not hold. */
  missing: number;
};

/**
 * Restores a backup into an empty database of the tenant's, in one transaction, which commits only where the restored log is the anchored one or a
 * prefix of it. Where anchored checkpoints are missing, Vault must not go on with it: its next checkpoint would fork the log.
 *
 * @param options.databaseUrl Of the empty database, where it is another one than the tenant's secret names; the secret then names it.
 * @throws {Refused}
 */
export async function restore(
  installation: Installation,
  clientId: string,
  folder: string,
  options: { databaseUrl?: string | undefined; onTable?: (name: string, rows: number) => void } = {},
): Promise<Restored> {
  await findTenant(installation, clientId);
  const backup = await readManifest(folder);
  if (backup.client_id !== clientId) throw new Refused(`The backup is of tenant ${backup.client_id}, not of ${clientId}.`);
  const { databaseUrl } = options;
  const database =
    databaseUrl === undefined ? await installation.tenants.database(clientId) : await installation.databases.open(databaseUrl);
  try {
    await prepareTenantDatabase(database, clientId);
    const restored = await database.transaction(async (transaction) => {
      await assertEmpty(transaction);
      const rows = await fill(transaction, backup, folder, options.onTable ?? (() => {}));
      return { rows, ...(await proveIsAnchored(installation, clientId, transaction)) };
    });
    if (databaseUrl !== undefined && restored.missing === 0) await useDatabase(installation, clientId, databaseUrl);
    return restored;
  } finally {
    if (databaseUrl !== undefined) await database.close();
  }
}

async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, MANIFEST), "utf8").catch(() => {
    throw new Refused(`${folder} holds no backup: ${MANIFEST} is missing, which is written last.`);
  });
  return manifest.parse(JSON.parse(text));
}

async function assertEmpty(transaction: Queryable): Promise<void> {
  const count = z.object({ count: z.coerce.number() });
  const row = await transaction.row(
    count,
    "select (select count(*) from clearance_requests) + (select count(*) from ledger_events) as count",
  );
  if (row?.count !== 0) throw new Refused("The database already holds requests. A backup is restored into an empty one.");
}

async function fill(
  transaction: Queryable,
  backup: Manifest,
  folder: string,
  onTable: (name: string, rows: number) => void,
): Promise<number> {
  const known = await appliedMigrations(transaction);
  const unknown = backup.migrations.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Refused(`The backup is of a later version: it has ${unknown.join(", ")}.`);
  const tables = await listTables(transaction);
  await transaction.run(`truncate ${tables.map(({ name }) => quoted(name)).join(", ")}`); // what migrations put there
  let rows = 0;
  for (const table of tables) {
    const saved = backup.tables.find(({ name }) => name === table.name);
    if (saved === undefined) continue; // of a later version than the backup
    await readTable(transaction, table, saved, join(folder, fileOf(table.name)));
    rows += saved.rows;
    onTable(table.name, saved.rows);
  }
  await transaction.script(`
    do $$ declare owned record; begin
      for owned in select s.oid::regclass as sequence, d.refobjid::regclass as owner, a.attname as name
        from pg_class s join pg_depend d on d.objid = s.oid and d.deptype in ('a', 'i')
        join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid where s.relkind = 'S'
      loop
        execute format('select setval(%L, coalesce(max(%I), 0) + 1, false) from %s', owned.sequence, owned.name, owned.owner);
      end loop;
    end $$`);
  return rows;
}

/** Rows that are written at once. */
const ROWS = 1000;

async function readTable(transaction: Queryable, table: Table, saved: Manifest["tables"][number], file: string): Promise<void> {
  const columns = saved.columns.map((name) => {
    const column = table.columns.find((candidate) => candidate.name === name);
    if (column === undefined) throw new Refused(`The table ${table.name} has no column ${name} any more.`);
    return column;
  });
  const insert = `insert into ${quoted(table.name)} (${columns.map(({ name }) => quoted(name)).join(", ")}) overriding system value
    select ${columns.map(({ type }, i) => `(cells ->> ${i})::${type}`).join(", ")} from json_array_elements($1::json) given (cells)`;
  const hash = createHash("sha256");
  let page: string[] = [];
  let rows = 0;
  const write = async () => {
    if (page.length > 0) await transaction.run(insert, [`[${page.join(",")}]`]);
    rows += page.length;
    page = [];
  };
  const lines = createInterface({ input: createReadStream(file).pipe(createGunzip()), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) {
    hash.update(`${line}\n`);
    page.push(line);
    if (page.length === ROWS) await write();
  }
  await write();
  if (rows !== saved.rows || hash.digest("hex") !== saved.sha256) {
    throw new Refused(`${fileOf(table.name)} is not what the backup says it is. Nothing was restored.`);
  }
}

async function proveIsAnchored(
  installation: Installation,
  clientId: string,
  transaction: Queryable,
): Promise<Omit<Restored, "rows">> {
  const checkpoints = await storedCheckpoints(transaction);
  const anchors = await readAnchored(installation, clientId);
  if (anchors === null) return { checkpoints: checkpoints.length, compared: 0, missing: 0 };
  const { compared, ahead, fork } = compareWithAnchors(checkpoints, anchors);
  if (fork !== null) throw new Refused(`The backup's log is not the one that was anchored: ${fork} Nothing was restored.`);
  return { checkpoints: checkpoints.length, compared, missing: ahead };
}

async function useDatabase(installation: Installation, clientId: string, databaseUrl: string): Promise<void> {
  // Through the control plane and not through `changeSecret`, whose lock is in the database that may be gone.
  const { controlPlane, secrets } = installation;
  const name = await findSecretName(controlPlane, clientId);
  const secret = await secrets.read(name);
  if (secret === null)
    throw new Refused(`Tenant ${clientId} has no secret, so nothing opens the content. Restore the secret first.`);
  await secrets.replace(name, { ...secret, database_url: databaseUrl });
  await controlPlane.transaction((transaction) => audit(transaction, clientId, "tenant.restored"));
}
