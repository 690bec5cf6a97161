import { readFile } from "node:fs/promises";
import { openPglite } from "@ledgix/tenancy/pglite";
import { z } from "zod";
import { readMigrations } from "../services/local/control-plane.ts";

const column = z.object({
  table_name: z.string(),
  column_name: z.string(),
  data_type: z.string(),
  is_array: z.boolean(),
  is_nullable: z.boolean(),
  has_default: z.boolean(),
});
const parameter = z.object({
  function_name: z.string(),
  returns: z.string(),
  name: z.string().nullable(),
  data_type: z.string().nullable(),
  has_default: z.boolean(),
});
const foreignKey = z.object({
  name: z.string(),
  from_table: z.string(),
  from_column: z.string(),
  to_table: z.string(),
  to_column: z.string(),
});

const COLUMNS = `
  select c.relname as table_name, a.attname as column_name, coalesce(e.typname, t.typname) as data_type, e.oid is not null as is_array,
    not a.attnotnull as is_nullable, a.atthasdef or a.attidentity <> '' as has_default
  from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid
    left join pg_type e on e.oid = t.typelem and t.typcategory = 'A'
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
  order by c.relname, a.attname`;
const PARAMETERS = `
  select p.proname as function_name, format_type(p.prorettype, null) as returns, p.proargnames[i] as name,
    format_type(p.proargtypes[i - 1], null) as data_type, coalesce(i > p.pronargs - p.pronargdefaults, false) as has_default
  from pg_proc p left join lateral generate_series(1, p.pronargs) as i on true
  where p.pronamespace = 'public'::regnamespace and p.prokind = 'f' and has_function_privilege('authenticated', p.oid, 'execute')
    and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
  order by p.proname, i`;
const FOREIGN_KEYS = `
  select k.conname as name, f.relname as from_table, fa.attname as from_column, t.relname as to_table, ta.attname as to_column
  from pg_constraint k join pg_class f on f.oid = k.conrelid join pg_class t on t.oid = k.confrelid
    join pg_attribute fa on fa.attrelid = f.oid and fa.attnum = k.conkey[1] join pg_attribute ta on ta.attrelid = t.oid and ta.attnum = k.confkey[1]
  where k.contype = 'f' and f.relnamespace = 'public'::regnamespace and t.relnamespace = 'public'::regnamespace order by k.conname`;

const scalars: Record<string, string> = {
  bool: "boolean",
  boolean: "boolean",
  int4: "number",
  int8: "number",
  integer: "number",
  bigint: "number",
  jsonb: "Json",
  "text[]": "string[]",
  void: "undefined",
};

/** The TypeScript types of the control plane, in the shape that supabase-js takes, read from a database that the migrations made. */
export async function generateDatabaseTypes(): Promise<string> {
  const database = await openPglite();
  try {
    await database.script(await readFile(new URL("../supabase/prelude.sql", import.meta.url), "utf8"));
    for (const { sql } of await readMigrations()) await database.script(sql);
    const columns = Map.groupBy(await database.rows(column, COLUMNS), (row) => row.table_name);
    const functions = Map.groupBy(await database.rows(parameter, PARAMETERS), (row) => row.function_name);
    const keys = await database.rows(foreignKey, FOREIGN_KEYS);
    const tables = [...columns].map(([name, rows]) => table(name, rows, keys)).join("\n");
    const calls = [...functions].map(([name, rows]) => call(name, rows)).join("\n");
    return `// Written by \`npm run types:database\` from supabase/migrations. Do not edit.

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
  public: {
    Tables: {
${tables}
    };
    Views: Record<never, never>;
    Functions: {
${calls}
    };
    Enums: Record<never, never>;
    CompositeTypes: Record<never, never>;
  };
};
`;
  } finally {
    await database.close();
  }
}

function table(name: string, columns: z.infer<typeof column>[], keys: z.infer<typeof foreignKey>[]): string {
  const fields = (isOptional: (row: z.infer<typeof column>) => boolean) =>
    columns.map((row) => `          ${row.column_name}${isOptional(row) ? "?" : ""}: ${typeOf(row)};`).join("\n");
  const relationships = keys
    .filter((key) => key.from_table === name)
    .map(
      (key) => `          {
            foreignKeyName: "${key.name}";
            columns: ["${key.from_column}"];
            isOneToOne: false;
            referencedRelation: "${key.to_table}";
            referencedColumns: ["${key.to_column}"];
          },`,
    );
  return `      ${name}: {
        Row: {
${fields(() => false)}
        };
        Insert: {
${fields((row) => row.has_default || row.is_nullable)}
        };
        Update: {
${fields(() => true)}
        };
        Relationships: [
${relationships.join("\n")}
        ];
      };`;
}

function call(name: string, parameters: z.infer<typeof parameter>[]): string {
  const args = parameters.flatMap((row) =>
    row.name && row.data_type ? [`${row.name}${row.has_default ? "?" : ""}: ${scalars[row.data_type] ?? "string"}`] : [],
  );
  return `      ${name}: { Args: { ${args.join("; ")} }; Returns: ${scalars[parameters[0]?.returns ?? ""] ?? "string"} };`;
}

function typeOf(row: z.infer<typeof column>): string {
  const type = (scalars[row.data_type] ?? "string") + (row.is_array ? "[]" : "");
  return row.is_nullable ? `${type} | null` : type;
}
