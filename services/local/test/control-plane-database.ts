import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "@ledgix/tenancy/database";
import { openPglite } from "@ledgix/tenancy/pglite";
import { openPostgres } from "@ledgix/tenancy/postgres";
import { readMigrations } from "../control-plane.ts";

/** An empty database that every suite's databases are copied from: making one takes seconds. */
export const PGLITE_TEMPLATE = join(tmpdir(), "ledgix-pglite-0.4.5");

const PRELUDE = new URL("../../../supabase/prelude.sql", import.meta.url);

/**
 * A control plane of a suite's own: on PGlite below a directory, or on the PostgreSQL server that TEST_DATABASE_URL names, where closing it
 * drops it.
 *
 * @param options.before The migration to stop before, for the state of an earlier version.
 */
export async function openControlPlaneForTests(
  directory: string,
  { before = "9" }: { before?: string } = {},
): Promise<{ database: Database; name: string }> {
  const serverUrl = process.env.TEST_DATABASE_URL;
  const name = serverUrl ? `ledgix_control_${randomBytes(6).toString("hex")}` : "";
  const database = serverUrl
    ? await makeDatabase(serverUrl, name)
    : await openPglite(join(directory, "control-plane"), PGLITE_TEMPLATE);
  await database.script(await readFile(PRELUDE, "utf8"));
  await migrateControlPlane(database, { before });
  return { database, name };
}

/** Applies the migrations from one up to another, without it. */
export async function migrateControlPlane(
  database: Database,
  { from = "0", before = "9" }: { from?: string; before?: string },
): Promise<void> {
  for (const { version, sql } of await readMigrations())
    if (version >= from && version < before) await database.transaction((transaction) => transaction.script(sql));
}

async function makeDatabase(serverUrl: string, name: string): Promise<Database> {
  const server = openPostgres(serverUrl, { maxConnections: 1 });
  await server.run(`create database ${name}`).finally(() => server.close());
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const database = openPostgres(url.toString(), { maxConnections: 10 });
  return {
    ...database,
    async close() {
      await database.close();
      await dropDatabase(serverUrl, name);
    },
  };
}

export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  const server = openPostgres(serverUrl, { maxConnections: 1 });
  await server.run(`drop database if exists ${name} with (force)`).finally(() => server.close());
}
