import { readNode, tileOf } from "@ledgix/ledger/tiles";
import { coverRange, type ReadNode } from "@ledgix/ledger/tree";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";

export type TileKey = { level: number; index: number };

const tileRow = z.object({ level: z.coerce.number(), index: z.coerce.number(), hashes: z.instanceof(Uint8Array) });

/** Reads tiles in one statement, by `level/index`. */
export async function readTiles(database: Queryable, tiles: TileKey[]): Promise<Map<string, Uint8Array>> {
  if (tiles.length === 0) return new Map();
  const rows = await database.rows(
    tileRow,
    `select t.level, t.index, t.hashes from ledger_tiles t
     join unnest($1::smallint[], $2::bigint[]) as wanted (level, index) on t.level = wanted.level and t.index = wanted.index`,
    [tiles.map((tile) => tile.level), tiles.map((tile) => tile.index)],
  );
  return new Map(rows.map((row) => [`${row.level}/${row.index}`, row.hashes]));
}

/** Reads, at once, all tiles that the hashes of some leaf ranges are computed from: a few rows, however large the tree. */
export async function nodeReader(database: Queryable, ranges: [from: number, to: number][]): Promise<ReadNode> {
  const wanted = new Map<string, TileKey>();
  for (const [from, to] of ranges) {
    for (const node of coverRange(from, to)) {
      const tile = tileOf(node);
      wanted.set(`${tile.level}/${tile.index}`, tile);
    }
  }
  const tiles = await readTiles(database, [...wanted.values()]);
  return (node) => readNode(node, ({ level, index }) => tiles.get(`${level}/${index}`));
}
