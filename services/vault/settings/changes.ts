import { type JsonObject, jsonObject } from "@ledgix/contract/json";
import { compareSettings, type Difference } from "@ledgix/contract/settings-changes";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { type SettingsDocument, type Stored, versionOf } from "./version.ts";

const kept = z.object({
  revision: z.coerce.number(),
  content: jsonObject,
  changed_by: z.string().nullable(),
  changed_at: z.date().nullable(),
});

const nameOf = ({ part, item, how }: Difference) => JSON.stringify([part, item, how === "moved"]);
const written = ({ changed_by, changed_at }: Omit<Stored, "content">) => ({
  changed_by,
  changed_at: changed_at?.toISOString() ?? null,
});

/** What differs between the newest version that the caller names and what holds, each with who changed it last. */
export async function changesSince(
  database: Queryable,
  document: SettingsDocument,
  versions: readonly string[],
  current: Stored,
): Promise<JsonObject> {
  const revisions = await database.rows(
    kept,
    "select revision, content, changed_by, changed_at from settings_revisions where document = $1 order by revision",
    [document.name],
  );
  const base = revisions.findLastIndex(({ revision, content }) => versions.includes(versionOf(revision, content)));
  const read = revisions[base];
  if (read === undefined) return { ...written(current), changed: null };
  const authors = new Map<string, ReturnType<typeof written>>();
  let before = read.content;
  for (const after of [...revisions.slice(base + 1), current]) {
    for (const difference of differencesOf(document, before, after.content)) authors.set(nameOf(difference), written(after));
    before = after.content;
  }
  const changed = differencesOf(document, read.content, current.content).map((difference) => ({
    ...difference,
    ...(authors.get(nameOf(difference)) ?? written(current)),
  }));
  return { ...written(current), changed };
}

function differencesOf({ schema }: SettingsDocument, before: JsonObject, after: JsonObject): Difference[] {
  return compareSettings(contentOf(schema, before), contentOf(schema, after));
}

/** What was stored by an older or newer program may not fit: then it is compared as it is. */
function contentOf(schema: z.ZodType, content: JsonObject): JsonObject {
  const parsed = jsonObject.safeParse(schema.safeParse(content).data);
  return parsed.data ?? content;
}
