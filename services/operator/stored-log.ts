import type { LedgerEntry, LedgerKey } from "@ledgix/contract/ledger";
import { toBase64Url } from "@ledgix/ledger/base64url";
import { ContentTampered } from "@ledgix/tenancy/content-seal";
import type { Queryable } from "@ledgix/tenancy/database";
import type { TenantQueryable } from "@ledgix/tenancy/tenant-database";
import { CHECKPOINT_COLUMNS, checkpointRow, toCheckpoint } from "@ledgix/vault/ledger/checkpoints";
import { listStoredEntries, openEntry, redact } from "@ledgix/vault/ledger/list";
import { listKeys as listLedgerKeys } from "@ledgix/vault/ledger/prove";
import type { Installation } from "./installation.ts";
import { listKeys } from "./keys.ts";

const PAGE = 1000;

/**
 * A tenant's log as it is stored, as the lines of an export: keys, checkpoints, entries. Content that does not open is told to `onTampered`,
 * and its entry served as a redacted one.
 */
export async function* storedLog(
  database: TenantQueryable,
  keys: LedgerKey[],
  onTampered: (eventUuid: string) => void,
): AsyncGenerator<string> {
  for (const key of keys) yield JSON.stringify(key);
  for await (const page of pages(database)) for (const checkpoint of page) yield JSON.stringify(checkpoint);
  for (let cursor: number | null = 0; cursor !== null; ) {
    const page: Awaited<ReturnType<typeof listStoredEntries>> = await listStoredEntries(
      database,
      {},
      { limit: PAGE, cursor, order: "oldest" },
    );
    for (const stored of page.entries) {
      const entry: LedgerEntry = await openEntry(database, stored).catch((error: unknown) => {
        if (!(error instanceof ContentTampered)) throw error;
        onTampered(stored.event_uuid);
        return redact(stored);
      });
      yield JSON.stringify(entry);
    }
    cursor = page.next_cursor === null ? null : Number(page.next_cursor);
  }
}

async function* pages(database: Queryable) {
  for (let after = 0; ; ) {
    const rows = await database.rows(
      checkpointRow,
      `select ${CHECKPOINT_COLUMNS} from ledger_checkpoints where checkpoint_id > $1 order by checkpoint_id limit ${PAGE}`,
      [after],
    );
    if (rows.length === 0) return;
    yield rows.map(toCheckpoint);
    after = rows.at(-1)?.checkpoint_id ?? after;
  }
}

export async function storedCheckpoints(database: Queryable) {
  const found: ReturnType<typeof toCheckpoint>[] = [];
  for await (const page of pages(database)) found.push(...page);
  return found;
}

/** Keys of the log: those that the control plane vouches for, and for a key that it does not know the log's own word. */
export async function keysOfLog(
  installation: Installation,
  database: Queryable,
): Promise<{ keys: LedgerKey[]; unvouched: string[] }> {
  const vouched = await listKeys(installation);
  const own = await listLedgerKeys(database);
  const keys: LedgerKey[] = vouched.map(({ kid, public_jwk }) => ({
    key_id: kid,
    algorithm: "Ed25519",
    active_from: "",
    public_jwk: toBase64Url(Buffer.from(JSON.stringify(public_jwk))),
  }));
  const others = own.filter(({ key_id }) => keys.every((key) => key.key_id !== key_id));
  return { keys: [...keys, ...others], unvouched: others.map(({ key_id }) => key_id) };
}

/** Anchored checkpoints, at most so many read at once. */
const AT_ONCE = 16;

export async function readAnchored({ anchors }: Installation, clientId: string): Promise<unknown[] | null> {
  if (anchors === null) return null;
  const names = await anchors.list(clientId);
  const found: unknown[] = [];
  for (let i = 0; i < names.length; i += AT_ONCE) {
    const bodies = await Promise.all(names.slice(i, i + AT_ONCE).map((name) => anchors.get(clientId, name)));
    found.push(...bodies.map((body) => JSON.parse(body ?? "null")));
  }
  return found;
}
