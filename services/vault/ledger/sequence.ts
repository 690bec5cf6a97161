import { toBase64Url } from "@ledgix/ledger/base64url";
import { encodeCheckpoint, hashCheckpoint } from "@ledgix/ledger/checkpoint";
import { appendLeaves, TILE_WIDTH } from "@ledgix/ledger/tiles";
import { rootHash } from "@ledgix/ledger/tree";
import type { Queryable } from "@ledgix/tenancy/database";
import type { TenantDatabase, TenantQueryable } from "@ledgix/tenancy/tenant-database";
import { z } from "zod";
import type { VaultDependencies } from "../dependencies.ts";
import type { Keyring } from "../tokens/keyring.ts";
import { signMissingReceipts } from "./append.ts";
import { nodeReader, readTiles, type TileKey } from "./tiles.ts";

const unsequenced = z.object({
  event_uuid: z.string(),
  request_id: z.string(),
  accepted_at: z.string(),
  event_hash: z.string(),
  leaf_hash: z.string(),
  is_signed: z.boolean(),
});

/** Leaves that one transaction sequences at most: bounds its memory and how long it holds the tree's lock. */
const BATCH = 5_000;

/**
 * Gives accepted events their places in the tree and signs a checkpoint over it, in one transaction under the tree's lock: any number
 * of replicas may run this at once, the log never forks, and an index once committed never changes.
 *
 * @returns how many events were sequenced; a full batch means that there may be more.
 */
export async function sequenceEvents(
  database: TenantDatabase,
  deps: Pick<VaultDependencies, "keys" | "anchors" | "now" | "config" | "log">,
): Promise<{ sequenced: number; isFullBatch: boolean }> {
  return database.transaction(async (transaction) => {
    const tree = await transaction.row(
      z.object({ tree_size: z.coerce.number() }),
      "select tree_size from ledger_tree for update",
    );
    const size = tree?.tree_size ?? 0;
    const events = await transaction.rows(
      unsequenced,
      `select event_uuid, request_id, accepted_at, event_hash, leaf_hash, receipt_signature is not null as is_signed
       from ledger_events where leaf_index is null order by seq limit $1`,
      [BATCH],
    );
    if (events.length === 0) return { sequenced: 0, isFullBatch: false };
    await signMissingReceipts(
      transaction,
      deps,
      events.filter((event) => !event.is_signed),
    );

    await placeLeaves(
      transaction,
      size,
      events.map((event) => event.leaf_hash),
    );
    await transaction.run(
      `update ledger_events e set leaf_index = placed.leaf_index
       from unnest($1::uuid[], $2::bigint[]) as placed (event_uuid, leaf_index) where e.event_uuid = placed.event_uuid`,
      [events.map((event) => event.event_uuid), events.map((_, i) => size + i)],
    );
    const newSize = size + events.length;
    await transaction.run("update ledger_tree set tree_size = $1", [newSize]);
    await addCheckpoint(transaction, deps, newSize);
    return { sequenced: events.length, isFullBatch: events.length === BATCH };
  });
}

async function placeLeaves(transaction: Queryable, size: number, leafHashes: string[]): Promise<void> {
  const partial = await readTiles(transaction, lastTiles(size));
  const leaves = leafHashes.map((hash) => Uint8Array.from(Buffer.from(hash, "hex")));
  const changed = [...appendLeaves(size, leaves, ({ level, index }) => partial.get(`${level}/${index}`)).values()];
  await transaction.run(
    `insert into ledger_tiles (level, index, hashes) select * from unnest($1::smallint[], $2::bigint[], $3::bytea[])
     on conflict (level, index) do update set hashes = excluded.hashes`,
    [changed.map((tile) => tile.id.level), changed.map((tile) => tile.id.index), changed.map((tile) => tile.hashes)],
  );
}

/** The last tile of each level of a tree, where it is not full. */
function lastTiles(size: number): TileKey[] {
  const tiles: TileKey[] = [];
  for (let level = 0, width = size; width > 0; level++, width = Math.floor(width / TILE_WIDTH)) {
    if (width % TILE_WIDTH !== 0) tiles.push({ level, index: Math.floor(width / TILE_WIDTH) });
  }
  return tiles;
}

async function addCheckpoint(
  transaction: TenantQueryable,
  { keys, anchors, now, config }: Pick<VaultDependencies, "keys" | "anchors" | "now" | "config">,
  treeSize: number,
): Promise<void> {
  const signer = keys.active();
  const previous = await transaction.row(
    z.object({ checkpoint_id: z.coerce.number(), checkpoint_hash: z.string() }),
    "select checkpoint_id, checkpoint_hash from ledger_checkpoints order by checkpoint_id desc limit 1",
  );
  const checkpoint = {
    export_target: anchors.target,
    key_id: signer.keyId,
    mmd_seconds: config.VAULT_LEDGER_ANCHOR_BACKFILL_INTERVAL_SECONDS,
    prev_checkpoint_hash: previous?.checkpoint_hash ?? "",
    root_hash: rootHash(treeSize, await nodeReader(transaction, [[0, treeSize]])),
    signed_at: now().toISOString(),
    tree_size: treeSize,
  };
  const payload = encodeCheckpoint(checkpoint);
  const signature = await signer.sign(payload);
  await rememberKeys(transaction, keys, checkpoint.signed_at);
  await transaction.run(
    `insert into ledger_checkpoints (checkpoint_id, tree_size, root_hash, checkpoint_hash, prev_checkpoint_hash, signer_key_id,
       checkpoint_signature, checkpoint_payload, signed_at, mmd_seconds, export_target, export_status)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'pending')`,
    [
      (previous?.checkpoint_id ?? 0) + 1,
      treeSize,
      checkpoint.root_hash,
      hashCheckpoint(payload),
      checkpoint.prev_checkpoint_hash,
      signer.keyId,
      toBase64Url(signature),
      toBase64Url(payload),
      checkpoint.signed_at,
      checkpoint.mmd_seconds,
      checkpoint.export_target,
    ],
  );
}

/** Bundles carry the keys they need, for as long as anyone may check them. */
async function rememberKeys(transaction: Queryable, keys: Keyring, at: string): Promise<void> {
  for (const { jwk, retired_at } of keys.known()) {
    await transaction.run(
      `insert into ledger_keys (key_id, public_jwk, active_from, retired_at) values ($1, $2, $3, $4)
       on conflict (key_id) do update set retired_at = excluded.retired_at where ledger_keys.retired_at is distinct from excluded.retired_at`,
      [jwk.kid, Buffer.from(JSON.stringify(jwk)).toString("base64url"), at, retired_at],
    );
  }
}
