import { type Bytes, hashFromHex, isEqual, sha256, toHex } from "./bytes.ts";

// The Merkle tree of RFC 9162 §2.1.

const LEAF = Uint8Array.of(0x00);
const NODE = Uint8Array.of(0x01);
const HASH_BYTES = 32;
/** Hashes on their way at once: WebCrypto answers each by a promise. */
const BATCH = 4096;

/** The leaf of an event: SHA-256(0x00 ‖ event hash). Hex to hex. */
export const hashLeaf = async (eventHash: string): Promise<string> => toHex(await sha256(LEAF, hashFromHex(eventHash)));

const hashNode = (left: Uint8Array, right: Uint8Array): Promise<Bytes> => sha256(NODE, left, right);

/** RFC 9162 §2.1.3.2, as it is written there. Hashes are hex. */
export async function isIncluded(proof: {
  leaf_hash: string;
  leaf_index: number;
  tree_size: number;
  path: string[];
  root_hash: string;
}): Promise<boolean> {
  const { leaf_index, tree_size } = proof;
  if (!Number.isSafeInteger(leaf_index) || !Number.isSafeInteger(tree_size)) return false;
  if (leaf_index < 0 || leaf_index >= tree_size) return false;
  let fn = leaf_index;
  let sn = tree_size - 1;
  let r = hashFromHex(proof.leaf_hash);
  for (const p of proof.path.map(hashFromHex)) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      r = await hashNode(p, r);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      r = await hashNode(r, p);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && toHex(r) === proof.root_hash;
}

/** RFC 9162 §2.1.4.2, as it is written there. Hashes are hex. */
export async function isPrefix(proof: {
  first_size: number;
  second_size: number;
  first_root: string;
  second_root: string;
  path: string[];
}): Promise<boolean> {
  const { first_size, second_size } = proof;
  if (!Number.isSafeInteger(first_size) || !Number.isSafeInteger(second_size)) return false;
  if (first_size < 1 || first_size > second_size) return false;
  if (first_size === second_size) return proof.path.length === 0 && proof.first_root === proof.second_root;
  const path = proof.path.map(hashFromHex);
  if (isPowerOfTwo(first_size)) path.unshift(hashFromHex(proof.first_root));
  let fn = first_size - 1;
  let sn = second_size - 1;
  while (fn % 2 === 1) [fn, sn] = [half(fn), half(sn)];
  const [first, ...rest] = path;
  if (first === undefined) return false;
  let fr = first;
  let sr = first;
  for (const c of rest) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      [fr, sr] = [await hashNode(c, fr), await hashNode(c, sr)];
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      sr = await hashNode(sr, c);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && isEqual(fr, hashFromHex(proof.first_root)) && isEqual(sr, hashFromHex(proof.second_root));
}

/**
 * Roots of the trees of the first n leaves, hex, for each size that is asked for.
 *
 * @param leaves 32 bytes a leaf, one after the other. Memory: as much again.
 */
export async function rootsOf(leaves: Uint8Array, sizes: number[]): Promise<Map<number, string>> {
  const levels = [leaves];
  for (let below = leaves; below.length >= 2 * HASH_BYTES; ) {
    below = await levelAbove(below);
    levels.push(below);
  }
  const roots = new Map<number, string>();
  for (const size of new Set(sizes)) {
    if (size * HASH_BYTES <= leaves.length && size > 0) roots.set(size, toHex(await rootAt(levels, size)));
  }
  return roots;
}

async function levelAbove(below: Uint8Array): Promise<Uint8Array> {
  const pairs = Math.floor(below.length / (2 * HASH_BYTES));
  const above = new Uint8Array(pairs * HASH_BYTES);
  for (let from = 0; from < pairs; from += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, pairs - from) }, (_, i) => {
      const at = (from + i) * 2 * HASH_BYTES;
      return sha256(NODE, below.subarray(at, at + 2 * HASH_BYTES));
    });
    for (const [i, hash] of (await Promise.all(batch)).entries()) above.set(hash, (from + i) * HASH_BYTES);
  }
  return above;
}

/** The perfect subtrees that make a tree of `size`, folded from the smallest, at the right. */
async function rootAt(levels: Uint8Array[], size: number): Promise<Uint8Array> {
  let root: Uint8Array | undefined;
  let rest = size;
  for (const level of levels) {
    if (rest % 2 === 1) {
      const node = level.subarray((rest - 1) * HASH_BYTES, rest * HASH_BYTES);
      root = root === undefined ? node : await hashNode(node, root);
    }
    rest = half(rest);
  }
  return root ?? sha256();
}

const half = (value: number): number => Math.floor(value / 2);
const isPowerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value));
