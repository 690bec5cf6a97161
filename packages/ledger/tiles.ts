import { hashNode } from "./hash.ts";
import type { NodeId } from "./tree.ts";

/**
 * The tree is stored as tiles of up to 256 hashes, eight levels of the tree to a tile level (C2SP tlog-tiles). A tile of level t
 * holds the hashes of nodes of tree level 8·t; the nodes between are computed from them. A proof so reads one tile a tile level.
 */
export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;
const HASH_BYTES = 32;

export type TileId = { level: number; index: number };
export type ReadTile = (tile: TileId) => Uint8Array | undefined;

/** The tile that a node is computed from. */
export function tileOf(node: NodeId): TileId {
  const level = Math.floor(node.level / TILE_HEIGHT);
  const first = node.index * 2 ** (node.level % TILE_HEIGHT);
  return { level, index: Math.floor(first / TILE_WIDTH) };
}

/** The hash of a perfect subtree, from the tile that holds its base. */
export function readNode(node: NodeId, read: ReadTile): Uint8Array {
  const id = tileOf(node);
  const tile = read(id);
  const width = 2 ** (node.level % TILE_HEIGHT);
  const first = (node.index * width) % TILE_WIDTH;
  if (tile === undefined || tile.length < (first + width) * HASH_BYTES) {
    throw new Error(`Tile ${id.level}/${id.index} does not hold node ${node.level}/${node.index}.`);
  }
  return hashSubtree(tile, first, width);
}

/** The hash over `width` neighbouring hashes of a tile; `width` is a power of two. */
function hashSubtree(tile: Uint8Array, first: number, width: number): Uint8Array {
  if (width === 1) return hashAt(tile, first);
  const half = width / 2;
  return hashNode(hashSubtree(tile, first, half), hashSubtree(tile, first + half, half));
}

function hashAt(tile: Uint8Array, position: number): Uint8Array {
  return tile.subarray(position * HASH_BYTES, (position + 1) * HASH_BYTES);
}

/**
 * Appends leaves to the tree and gives the tiles that changed.
 *
 * @param size Leaves in the tree so far.
 * @param leaves Leaf hashes to append, 32 bytes each.
 * @param read The stored tiles: only the last, partial one of each level is asked for.
 */
export function appendLeaves(
  size: number,
  leaves: Uint8Array[],
  read: ReadTile,
): Map<string, { id: TileId; hashes: Uint8Array }> {
  const changed = new Map<string, { id: TileId; hashes: Uint8Array }>();
  let level = 0;
  let from = size;
  let hashes = leaves;
  while (hashes.length > 0) {
    const full: Uint8Array[] = [];
    for (let done = 0; done < hashes.length; ) {
      const index = Math.floor((from + done) / TILE_WIDTH);
      const used = (from + done) % TILE_WIDTH;
      const taken = hashes.slice(done, done + TILE_WIDTH - used);
      const tile = joinHashes(used === 0 ? new Uint8Array() : existing(read, { level, index }, used), taken);
      changed.set(`${level}/${index}`, { id: { level, index }, hashes: tile });
      done += taken.length;
      if (tile.length === TILE_WIDTH * HASH_BYTES) full.push(hashSubtree(tile, 0, TILE_WIDTH));
    }
    from = Math.floor(from / TILE_WIDTH);
    hashes = full;
    level++;
  }
  return changed;
}

function existing(read: ReadTile, id: TileId, used: number): Uint8Array {
  const tile = read(id);
  if (tile === undefined || tile.length < used * HASH_BYTES) throw new Error(`Tile ${id.level}/${id.index} is missing.`);
  return tile.subarray(0, used * HASH_BYTES);
}

function joinHashes(head: Uint8Array, tail: Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(head.length + tail.length * HASH_BYTES);
  joined.set(head);
  tail.forEach((hash, i) => {
    joined.set(hash, head.length + i * HASH_BYTES);
  });
  return joined;
}
