import { type JsonObject, jsonObject } from "@ledgix/contract/json";
import { ProblemError } from "@ledgix/contract/problem";
import type { Database, Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import type { IfMatch } from "../http/if-match.ts";
import { changesSince } from "./changes.ts";
import { type SettingsDocument, type Stored, versionOf } from "./version.ts";

/** Revisions of a document that are kept to compare with. */
const KEPT = 200;

const head = z.object({ revision: z.coerce.number(), changed_by: z.string().nullable(), changed_at: z.date().nullable() });
type Head = z.infer<typeof head>;

type Change<Answer> = {
  ifMatch: IfMatch;
  by: string;
  read: (transaction: Queryable) => Promise<Answer>;
  write: (transaction: Queryable) => Promise<void>;
};

/**
 * Saves a document where it still has the caller's version. Compared and written under the lock of its row, so that of two who save over
 * one version one wins, on any replica.
 *
 * @throws {ProblemError} `settings_changed` with who changed what since, and the document as it is
 */
export function saveDocument<Answer>(
  database: Database,
  document: SettingsDocument,
  { ifMatch, by, read, write }: Change<Answer>,
): Promise<Answer> {
  return database.transaction(async (transaction) => {
    const locked = await lock(transaction, document.name);
    const before = await document.stored(transaction);
    if (ifMatch !== null && ifMatch !== "*" && !ifMatch.includes(versionOf(locked.revision, before.content))) {
      const last = lastChange(locked, before);
      const details: JsonObject = {
        ...(await changesSince(transaction, document, ifMatch, last)),
        current: jsonObject.parse(await read(transaction)),
      };
      throw new ProblemError("settings_changed", sentence(last), { details });
    }
    await write(transaction);
    await keep(transaction, document.name, locked.revision, before);
    const { content } = await document.stored(transaction);
    await keep(transaction, document.name, locked.revision + 1, { content, ...(await advance(transaction, document.name, by)) });
    return read(transaction);
  });
}

async function lock(transaction: Queryable, name: string): Promise<Head> {
  const [row] = await transaction.rows(
    head,
    `insert into settings_documents (document) values ($1)
     on conflict (document) do update set document = excluded.document returning revision, changed_by, changed_at`,
    [name],
  );
  return row ?? { revision: 0, changed_by: null, changed_at: null };
}

async function advance(transaction: Queryable, name: string, by: string): Promise<Omit<Stored, "content">> {
  const [row] = await transaction.rows(
    head,
    `update settings_documents set revision = revision + 1, changed_by = $2, changed_at = now() where document = $1
     returning revision, changed_by, changed_at`,
    [name, by],
  );
  return { changed_by: row?.changed_by ?? by, changed_at: row?.changed_at ?? null };
}

/** Notes what a revision said. What was noted already stays. */
async function keep(transaction: Queryable, name: string, revision: number, stored: Stored): Promise<void> {
  await transaction.run(
    `insert into settings_revisions (document, revision, content, changed_by, changed_at) values ($1, $2, $3::json, $4, $5)
     on conflict do nothing`,
    [name, revision, JSON.stringify(stored.content), stored.changed_by, stored.changed_at],
  );
  await transaction.run("delete from settings_revisions where document = $1 and revision <= $2", [name, revision - KEPT]);
}

/** Of what the document's row says and what its content says the later: a program that knows no versions writes only the content. */
function lastChange({ changed_by, changed_at }: Head, stored: Stored): Stored {
  if (changed_at === null || (stored.changed_at !== null && stored.changed_at > changed_at)) return stored;
  return { content: stored.content, changed_by, changed_at };
}

function sentence({ changed_by, changed_at }: Stored): string {
  const when = changed_at === null ? "" : ` at ${changed_at.toISOString()}`;
  return `Nothing was saved: this is not the version that you read. ${changed_by ?? "Somebody"} changed these settings last${when}. Compare with "current", and save over its version.`;
}
