import { hashCanonicalJson } from "@ledgix/contract/canonical-json";
import { type JsonObject, jsonObject } from "@ledgix/contract/json";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";

/** What was stored last, by whom and when. `{}` and null where nothing ever was. */
export type Stored = { content: JsonObject; changed_by: string | null; changed_at: Date | null };

/** Settings that are read and saved as one. */
export type SettingsDocument = {
  name: string;
  stored(database: Queryable): Promise<Stored>;
  /** Its content, with the defaults of what was not stored. */
  schema: z.ZodType;
};

/**
 * A counter alone would come back after a restore, and would miss who writes past `saveDocument`; a hash alone could not tell a document
 * that was changed and changed back. Together they name what the caller read, and nothing else.
 */
export const versionOf = (revision: number, content: JsonObject) => `${revision}.${hashCanonicalJson(content).slice(0, 16)}`;

/** To be read before the document itself: then a save in between makes the version too old, never too new. */
export async function readVersion(database: Queryable, document: SettingsDocument): Promise<string> {
  const row = await database.row(
    z.object({ revision: z.coerce.number() }),
    "select revision from settings_documents where document = $1",
    [document.name],
  );
  return versionOf(row?.revision ?? 0, (await document.stored(database)).content);
}

/** A document that is one row of `settings`. */
export function settingsRow(name: string, schema: z.ZodType): SettingsDocument {
  const row = z.object({ value: jsonObject, updated_by: z.string(), updated_at: z.date() });
  return {
    name,
    schema,
    async stored(database) {
      const found = await database.row(row, "select value, updated_by, updated_at from settings where name = $1", [name]);
      return { content: found?.value ?? {}, changed_by: found?.updated_by ?? null, changed_at: found?.updated_at ?? null };
    },
  };
}
