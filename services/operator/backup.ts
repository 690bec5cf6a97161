import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { type Installation, Refused } from "./installation.ts";
import { appliedMigrations, listTables, quoted, type Table } from "./tables.ts";
import { findTenant } from "./tenants.ts";

/** What a backup says of itself. It is written last: a folder without it is no backup. */
export const manifest = z.object({
  format: z.literal("ledgix.backup.v1"),
  client_id: z.uuid(),
  made_at: z.iso.datetime(),
  migrations: z.array(z.string()),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()), rows: z.number().int(), sha256: z.string() })),
});
export type Manifest = z.infer<typeof manifest>;
export const MANIFEST = "backup.json";
export const fileOf = (table: string) => `${table}.jsonl.gz`;

/** Rows that are read at once. */
const ROWS = 1000;

/**
 * Copies a tenant's database as it is at one moment into a folder: a file a table, a JSON array of texts a row, gzipped. Content stays
 * sealed: the tenant's secret, which opens it, is not in the backup and is kept apart.
 */
export async function backUp(
  installation: Installation,
  clientId: string,
  folder: string,
  onTable: (name: string, rows: number) => void,
): Promise<Manifest> {
  await findTenant(installation, clientId);
  const database = await installation.tenants.database(clientId);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0) throw new Refused(`The folder ${folder} is not empty. A backup takes one of its own.`);
  const made = await database.transaction(async (transaction) => {
    await transaction.run("set transaction isolation level repeatable read, read only");
    const tables: Manifest["tables"] = [];
    for (const table of await listTables(transaction)) {
      const written = await writeTable(transaction, table, join(folder, fileOf(table.name)));
      tables.push({ name: table.name, columns: table.columns.map(({ name }) => name), ...written });
      onTable(table.name, written.rows);
    }
    return { tables, migrations: await appliedMigrations(transaction) };
  });
  const whole: Manifest = { format: "ledgix.backup.v1", client_id: clientId, made_at: new Date().toISOString(), ...made };
  await writeFile(join(folder, MANIFEST), `${JSON.stringify(whole, null, 2)}\n`, { mode: 0o600, flush: true });
  return whole;
}

async function writeTable(transaction: Queryable, table: Table, file: string): Promise<{ rows: number; sha256: string }> {
  const hash = createHash("sha256");
  let rows = 0;
  async function* lines() {
    const columns = table.columns.map(({ name }) => `${quoted(name)}::text`).join(", ");
    await transaction.run(
      `declare backup_rows no scroll cursor for select json_build_array(${columns})::text as line from ${quoted(table.name)}`,
    );
    for (;;) {
      const page = await transaction.rows(z.object({ line: z.string() }), `fetch ${ROWS} from backup_rows`);
      if (page.length === 0) break;
      rows += page.length;
      const text = page.map(({ line }) => `${line}\n`).join("");
      hash.update(text);
      yield text;
    }
    await transaction.run("close backup_rows");
  }
  await pipeline(Readable.from(lines()), createGzip(), createWriteStream(file, { mode: 0o600, flush: true }));
  return { rows, sha256: hash.digest("hex") };
}
