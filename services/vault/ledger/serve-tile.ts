import { ProblemError } from "@ledgix/contract/problem";
import { TILE_WIDTH } from "@ledgix/ledger/tiles";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { readTiles } from "./tiles.ts";

// The tree as static resources, by https://c2sp.org/tlog-tiles: a client computes every proof from tiles. An entry is the 32 bytes of an
// event hash, so that entries are served to whoever may read the log and content to none of them.

const HASH_BYTES = 32;
const HIGHEST_LEVEL = 63;

/** What of the tree a path names. `width` is below 256 for a partial tile. */
export type TileRequest = { index: number; width: number };

/**
 * Reads `<N>[.p/<W>]`, such as `x001/x234/067.p/5`.
 *
 * @throws {ProblemError} `not_found`
 */
export function readTilePath(path: string): TileRequest {
  const [, parts = "", last = "", width] = /^((?:x\d{3}\/)*)(\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path) ?? [];
  const digits = parts.replace(/\D/g, "") + last;
  const index = Number(digits);
  const isPartial = width !== undefined;
  const isSpelledRight = last !== "" && (parts === "" || !digits.startsWith("000")) && Number.isSafeInteger(index * TILE_WIDTH);
  if (!isSpelledRight || (isPartial && Number(width) >= TILE_WIDTH)) throw noTile();
  return { index, width: isPartial ? Number(width) : TILE_WIDTH };
}

const noTile = () => new ProblemError("not_found", "The tree has no such tile.");

/** Hashes of one tile. A partial one is a beginning of what is stored, so it stays available once the tile is full. */
export async function readTile(database: Queryable, level: string, path: string): Promise<Uint8Array<ArrayBuffer>> {
  const { index, width } = readTilePath(path);
  if (!/^(0|[1-9]\d?)$/.test(level) || Number(level) > HIGHEST_LEVEL) throw noTile();
  const tiles = await readTiles(database, [{ level: Number(level), index }]);
  const hashes = tiles.get(`${Number(level)}/${index}`);
  if (hashes === undefined || hashes.length < width * HASH_BYTES) throw noTile();
  return Uint8Array.from(hashes.subarray(0, width * HASH_BYTES));
}

/** A bundle of entries: each is its length in two bytes, big-endian, and an event hash. */
export async function readEntryBundle(database: Queryable, path: string): Promise<Uint8Array<ArrayBuffer>> {
  const { index, width } = readTilePath(path);
  const rows = await database.rows(
    z.object({ event_hash: z.string() }),
    "select event_hash from ledger_events where leaf_index >= $1 and leaf_index < $2 order by leaf_index",
    [index * TILE_WIDTH, index * TILE_WIDTH + width],
  );
  if (rows.length < width) throw noTile();
  const bundle = new Uint8Array(width * (2 + HASH_BYTES));
  for (const [i, { event_hash }] of rows.entries()) {
    bundle[i * (2 + HASH_BYTES) + 1] = HASH_BYTES;
    bundle.set(Buffer.from(event_hash, "hex"), i * (2 + HASH_BYTES) + 2);
  }
  return bundle;
}
