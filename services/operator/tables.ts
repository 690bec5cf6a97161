import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";

/** A table of a tenant's database: the columns that hold something of their own, with their types. */
export type Table = { name: string; columns: { name: string; type: string }[] };

const column = z.object({ table_name: z.string(), column_name: z.string(), type: z.string() });

/** Tables in an order in which each stands after those that it refers to. What says which migrations ran, and whose the database is, is left out. */
export async function listTables(database: Queryable): Promise<Table[]> {
  const columns = await database.rows(
    column,
    `select c.relname as table_name, a.attname as column_name, format_type(a.atttypid, a.atttypmod) as type
     from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
     where n.nspname = 'public' and c.relkind = 'r' and c.relname not in ('schema_migrations', 'database_owner') and a.attnum > 0 and not a.attisdropped
       and a.attgenerated = ''
     order by c.relname, a.attnum`,
  );
  const references = await database.rows(
    z.object({ from_table: z.string(), to_table: z.string() }),
    `select conrelid::regclass::text as from_table, confrelid::regclass::text as to_table from pg_constraint
     where contype = 'f' and connamespace = 'public'::regnamespace and conrelid <> confrelid`,
  );
  const tables = Map.groupBy(columns, ({ table_name }) => table_name);
  const ordered: Table[] = [];
  const place = (name: string) => {
    const own = tables.get(name);
    if (own === undefined) return;
    tables.delete(name);
    for (const { to_table } of references.filter(({ from_table }) => from_table === name)) place(to_table);
    ordered.push({ name, columns: own.map(({ column_name, type }) => ({ name: column_name, type })) });
  };
  for (const name of [...tables.keys()]) place(name);
  return ordered;
}

export const appliedMigrations = async (database: Queryable): Promise<string[]> => {
  const rows = await database.rows(z.object({ name: z.string() }), "select name from schema_migrations order by name");
  return rows.map(({ name }) => name);
};

/** An identifier of SQL, quoted. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
