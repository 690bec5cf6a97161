import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { hashNode } from "./hash.ts";

/** A perfect subtree: `level` 0 is a leaf, and the node covers leaves [index·2^level, (index+1)·2^level). */
export type NodeId = { level: number; index: number };
export type ReadNode = (node: NodeId) => Uint8Array;

/** The perfect subtrees that make up leaves [from, to), left to right, the largest that fit. `to` ≤ 2^53. */
export function coverRange(from: number, to: number): NodeId[] {
  const nodes: NodeId[] = [];
  let at = from;
  while (at < to) {
    let level = 0;
    while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= to) level++;
    nodes.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return nodes;
}

/** Folds the hashes of adjacent perfect subtrees, largest first, into the hash of their range (RFC 9162 §2.1.1). */
export function foldRange(hashes: Uint8Array[]): Uint8Array {
  const last = hashes.at(-1);
  if (last === undefined) throw new RangeError("An empty range has no hash here.");
  return hashes.slice(0, -1).reduceRight((right, left) => hashNode(left, right), last);
}

function hashRange(from: number, to: number, read: ReadNode): Uint8Array {
  return foldRange(coverRange(from, to).map(read));
}

/** The root of the tree of the first `size` leaves, as hex. */
export function rootHash(size: number, read: ReadNode): string {
  return bytesToHex(hashRange(0, size, read));
}

/** Largest power of two below n, for n ≥ 2. */
function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** The ranges whose hashes prove a leaf, from the leaf upwards (RFC 9162 §2.1.3.1). */
export function inclusionRanges(index: number, size: number): [from: number, to: number][] {
  if (!(index >= 0 && index < size)) throw new RangeError(`Leaf ${index} is not in a tree of ${size}.`);
  const ranges: [number, number][] = [];
  let from = 0;
  let to = size;
  while (to - from > 1) {
    const middle = from + split(to - from);
    if (index < middle) {
      ranges.unshift([middle, to]);
      to = middle;
    } else {
      ranges.unshift([from, middle]);
      from = middle;
    }
  }
  return ranges;
}

/** The ranges that prove that a tree of `first` leaves is a prefix of one of `second` (RFC 9162 §2.1.4.1). */
export function consistencyRanges(first: number, second: number): [from: number, to: number][] {
  if (!(first >= 1 && first <= second)) throw new RangeError(`No proof leads from a tree of ${first} to one of ${second}.`);
  const ranges: [number, number][] = [];
  let from = 0;
  let to = second;
  let whole = true; // the old tree is still a complete subtree seen from the right edge
  while (first !== to) {
    const middle = from + split(to - from);
    if (first <= middle) {
      ranges.unshift([middle, to]);
      to = middle;
    } else {
      ranges.unshift([from, middle]);
      from = middle;
      whole = false;
    }
  }
  if (!whole) ranges.unshift([from, to]);
  return ranges;
}

/** Audit path of a leaf as hex, from the leaf upwards. */
export function inclusionPath(index: number, size: number, read: ReadNode): string[] {
  return inclusionRanges(index, size).map(([from, to]) => bytesToHex(hashRange(from, to, read)));
}

/** Consistency path as hex. */
export function consistencyPath(first: number, second: number, read: ReadNode): string[] {
  if (first === second) return [];
  return consistencyRanges(first, second).map(([from, to]) => bytesToHex(hashRange(from, to, read)));
}

/** One step up a tree: the sibling that the path gives, the leaves it covers, and the hash that both make. */
export type InclusionStep = { sibling: string; isSiblingRight: boolean; from: number; to: number; hash: string };
type Inclusion = { leaf_hash: string; leaf_index: number; tree_size: number; path: string[] };

/** The way from a leaf to the root by its audit path (RFC 9162 §2.1.3.2), for showing it; null where the path fits no such leaf. */
export function inclusionSteps({ leaf_hash, leaf_index: index, tree_size: size, path }: Inclusion): InclusionStep[] | null {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return null;
  const ranges = inclusionRanges(index, size);
  if (ranges.length !== path.length) return null;
  const steps: InclusionStep[] = [];
  let below = leaf_hash;
  for (const [i, [from, to]] of ranges.entries()) {
    const sibling = path[i] ?? "";
    const isSiblingRight = from > index;
    const hash = toHex(below, (bytes) =>
      isSiblingRight ? hashNode(bytes, hexToBytes(sibling)) : hashNode(hexToBytes(sibling), bytes),
    );
    if (hash === null) return null;
    steps.push({ sibling, isSiblingRight, from, to, hash });
    below = hash;
  }
  return steps;
}

/** RFC 9162 §2.1.3.2. Hashes are hex; a malformed path is simply not a proof. */
export function verifyInclusion({ root_hash, ...proof }: Inclusion & { root_hash: string }): boolean {
  const steps = inclusionSteps(proof);
  return steps !== null && (steps.at(-1)?.hash ?? proof.leaf_hash) === root_hash;
}

/** RFC 9162 §2.1.4.2. Hashes are hex. */
export function verifyConsistency(proof: {
  first_size: number;
  second_size: number;
  first_root: string;
  second_root: string;
  path: string[];
}): boolean {
  const { first_size: first, second_size: second } = proof;
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(second) || first < 1 || first > second) return false;
  if (first === second) return proof.path.length === 0 && proof.first_root === proof.second_root;
  const steps = consistencyRanges(first, second);
  // Where the old tree is a perfect subtree its own root is the seed; otherwise the path starts with the seed.
  const isSeedGiven = steps[0] !== undefined && steps[0][1] === first;
  if (steps.length !== proof.path.length) return false;
  const seed = isSeedGiven ? (proof.path[0] ?? "") : proof.first_root;
  const rest = isSeedGiven ? 1 : 0;
  let oldRoot: string | null = seed;
  let newRoot: string | null = seed;
  for (let i = rest; i < steps.length; i++) {
    const sibling = proof.path[i] ?? "";
    const isRight = (steps[i]?.[0] ?? 0) >= first;
    newRoot =
      newRoot && toHex(newRoot, (hash) => (isRight ? hashNode(hash, hexToBytes(sibling)) : hashNode(hexToBytes(sibling), hash)));
    if (!isRight) oldRoot = oldRoot && toHex(oldRoot, (hash) => hashNode(hexToBytes(sibling), hash));
  }
  return oldRoot === proof.first_root && newRoot === proof.second_root;
}

/** Runs a step over a hex hash; null where a hash is not 32 bytes of hex. */
function toHex(hash: string, step: (hash: Uint8Array) => Uint8Array): string | null {
  try {
    const bytes = hexToBytes(hash);
    return bytes.length === 32 ? bytesToHex(step(bytes)) : null;
  } catch {
    return null;
  }
}
