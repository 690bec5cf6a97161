import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Database } from "./database.ts";

/** Any number; the same one everywhere, so that two replicas that open a tenant at once migrate it one after the other. */
const MIGRATION_LOCK = 7_346_021;

/**
 * Applies the `*.sql` files of a directory that were not applied yet, in the order of their names, each once, under a lock.
 *
 * @returns the names that were applied now.
 */
export async function migrate(database: Database, directory: string): Promise<string[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".sql")).sort();
  const files = await Promise.all(names.map(async (name) => ({ name, sql: await readFile(join(directory, name), "utf8") })));
  return database.transaction(async (transaction) => {
    await transaction.run("select pg_advisory_xact_lock($1)", [MIGRATION_LOCK]);
    await transaction.run(
      "create table if not exists schema_migrations (name text primary key, applied_at timestamptz not null default now())",
    );
    const done = await transaction.rows(z.object({ name: z.string() }), "select name from schema_migrations");
    const missing = files.filter((file) => !done.some((row) => row.name === file.name));
    for (const file of missing) {
      await transaction.script(file.sql);
      await transaction.run("insert into schema_migrations (name) values ($1)", [file.name]);
    }
    return missing.map((file) => file.name);
  });
}
