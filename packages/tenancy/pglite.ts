import { existsSync } from "node:fs";
import { cp, mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { PGlite, type Results } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite/vector";
import { type Database, type Execute, type Queryable, queryable } from "./database.ts";
import { durableOptions, flushName, flushTree } from "./durable-files.ts";
import { holdDirectory } from "./hold-directory.ts";

/** The part of PGlite that a database and a transaction share. */
type Statements = {
  query(sql: string, parameters?: unknown[]): Promise<Results<unknown>>;
  exec(sql: string): Promise<unknown>;
};

/**
 * Opens a PGlite database with pgvector, in a directory or, without one, in memory. The directory is made where it is missing, and held until
 * the database is closed: a second instance on the same files would lose what the first one wrote.
 *
 * @param template A directory with an empty database, to be copied where a new one is made; it is made where it is missing. Copying takes a
 *   sixth of the time.
 * @throws {DirectoryInUse}
 */
export async function openPglite(directory?: string, template?: string): Promise<Database> {
  if (directory === undefined) return wrapPglite(await create());
  const letGo = await holdDirectory(directory);
  try {
    if (template && !existsSync(directory)) await copyTemplate(template, directory);
    const database = wrapPglite(await create(directory));
    return { ...database, close: () => database.close().finally(letGo) };
  } catch (error) {
    letGo();
    throw error;
  }
}

const extensions = { vector };
const create = async (directory?: string) =>
  PGlite.create({ extensions, ...(directory !== undefined && (await durableOptions(directory, extensions))) });

/** Each step is moved into place whole: a crash leaves no half of a database, and of two makers one wins. */
async function copyTemplate(template: string, directory: string): Promise<void> {
  if (!existsSync(template)) {
    const draft = `${template}.${crypto.randomUUID()}`;
    await mkdir(dirname(template), { recursive: true });
    const empty = await create(draft);
    await empty.close();
    await rename(draft, template).catch(() => rm(draft, { recursive: true }));
  }
  const draft = `${directory}.${crypto.randomUUID()}`;
  await cp(template, draft, { recursive: true });
  await flushTree(draft);
  await rename(draft, directory).catch(async (error: unknown) => {
    await rm(draft, { recursive: true });
    if (!existsSync(directory)) throw error;
  });
  await flushName(directory);
}

/** Wraps an instance that somebody else opened, such as the control plane's, which Supabase Lite opens. */
export function wrapPglite(pglite: PGlite): Database {
  return {
    ...statementsOf(pglite),
    transaction: (work) => pglite.transaction((transaction) => work(statementsOf(transaction))),
    async listen(channel, heard) {
      const stop = await pglite.listen(channel, heard);
      // Closing the database ends its listeners too; a stream that ends after it has nothing left to stop.
      return () => (pglite.closed ? Promise.resolve() : stop());
    },
    close: () => pglite.close(),
  };
}

function statementsOf(statements: Statements): Queryable {
  const execute: Execute = async (sql, parameters) => {
    const result = await statements.query(sql, parameters);
    return { rows: result.rows, affected: result.affectedRows ?? 0 };
  };
  return queryable(execute, (sql) => statements.exec(sql));
}
