import type { LedgerVerification } from "@ledgix/contract/ledger";
import { toBase64Url } from "@ledgix/ledger/base64url";
import { rootHash } from "@ledgix/ledger/tree";
import { verifyChain, verifyCheckpoint, verifyEntry, verifyWithKeys } from "@ledgix/ledger/verify";
import { ContentTampered } from "@ledgix/tenancy/content-seal";
import type { TenantQueryable } from "@ledgix/tenancy/tenant-database";
import type { Keyring } from "../tokens/keyring.ts";
import { CHECKPOINT_COLUMNS, checkpointRow, toCheckpoint } from "./checkpoints.ts";
import { listStoredEntries, openEntry } from "./list.ts";
import { nodeReader } from "./tiles.ts";

/** Entries and checkpoints that a check covers: the recent log, so that it answers at once. */
const RECENT_ENTRIES = 500;
const RECENT_CHECKPOINTS = 50;

/** Checks the recent log where it is stored: hashes, receipts, checkpoints, and each leaf's place in the tiles. */
export async function verifyLedger(database: TenantQueryable, keys: Keyring): Promise<LedgerVerification> {
  // Vault's own keys, not those that the database says: who can write there could add one.
  const verifyKey = verifyWithKeys(
    keys.known().map(({ jwk }) => ({
      key_id: jwk.kid,
      algorithm: "Ed25519",
      active_from: "",
      public_jwk: toBase64Url(Buffer.from(JSON.stringify(jwk))),
    })),
  );
  const { entries } = await listStoredEntries(database, {}, { limit: RECENT_ENTRIES, cursor: null, order: "newest" });
  const rows = await database.rows(
    checkpointRow,
    `select ${CHECKPOINT_COLUMNS} from ledger_checkpoints order by checkpoint_id desc limit $1`,
    [RECENT_CHECKPOINTS],
  );
  const checkpoints = rows.map(toCheckpoint).reverse();
  const latest = checkpoints.at(-1);
  const answer = {
    verified_entries: entries.length,
    verified_checkpoints: checkpoints.length,
    latest_leaf_hash: entries.find((entry) => entry.leaf_index !== null)?.leaf_hash ?? "",
    latest_checkpoint_hash: latest?.checkpoint_hash ?? "",
  };
  const failed = (error: string): LedgerVerification => ({ intact: false, ...answer, error });

  const placed = entries.flatMap((entry) => (entry.leaf_index === null ? [] : [entry.leaf_index]));
  const readLeaf = await nodeReader(
    database,
    placed.map((index) => [index, index + 1]),
  );
  for (const stored of entries) {
    const entry = await openEntry(database, stored).catch((error: unknown) => {
      if (error instanceof ContentTampered) return null;
      throw error;
    });
    if (entry === null) return failed(`Event ${stored.event_uuid}: content`);
    const wrong = (await verifyEntry(entry, verifyKey)).find((check) => check.outcome === "failed");
    if (wrong && !(wrong.name === "receipt" && entry.receipt_signature === ""))
      return failed(`Event ${entry.event_uuid}: ${wrong.name}`);
    if (entry.leaf_index === null) continue;
    if (Buffer.from(readLeaf({ level: 0, index: entry.leaf_index })).toString("hex") !== entry.leaf_hash)
      return failed(`Event ${entry.event_uuid}: not at its place in the tree`);
  }
  const chain = await verifyChain(checkpoints, verifyKey);
  if (chain.outcome === "failed") return failed(chain.detail);
  if (latest) {
    const read = await nodeReader(database, [[0, latest.tree_size]]);
    if (!(await verifyCheckpoint(latest, verifyKey)) || rootHash(latest.tree_size, read) !== latest.root_hash) {
      return failed(`Checkpoint ${latest.checkpoint_id}: the tree has another root`);
    }
  }
  return { intact: true, ...answer };
}
