import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashLeaf, hashNode } from "./hash.ts";
import { appendLeaves, readNode } from "./tiles.ts";
import { consistencyPath, inclusionPath, rootHash, verifyConsistency, verifyInclusion } from "./tree.ts";

const leafAt = (i: number) => hexToBytes(hashLeaf(i.toString(16).padStart(64, "0")));

/** RFC 9162 §2.1.1 read literally, to compare with. */
function literalRoot(leaves: Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return leaves[0] as Uint8Array;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return hashNode(literalRoot(leaves.slice(0, k)), literalRoot(leaves.slice(k)));
}

/** A log that grew by the given batches. */
function grow(batches: number[]) {
  const tiles = new Map<string, Uint8Array>();
  let size = 0;
  for (const batch of batches) {
    const leaves = Array.from({ length: batch }, (_, i) => leafAt(size + i));
    for (const [key, tile] of appendLeaves(size, leaves, ({ level, index }) => tiles.get(`${level}/${index}`))) {
      tiles.set(key, tile.hashes);
    }
    size += batch;
  }
  const read = (node: { level: number; index: number }) => readNode(node, ({ level, index }) => tiles.get(`${level}/${index}`));
  return { size, read };
}

const batches = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 6 });

describe("Merkle tree in tiles", () => {
  it("has the root of RFC 9162, however it grew", () => {
    fc.assert(
      fc.property(batches, (sizes) => {
        const { size, read } = grow(sizes);
        expect(rootHash(size, read)).toBe(bytesToHex(literalRoot(Array.from({ length: size }, (_, i) => leafAt(i)))));
      }),
      { numRuns: 40 },
    );
  });

  it("keeps its root across 256² leaves, where a third tile level begins", () => {
    const { size, read } = grow([65_000, 537, 1, 3]);
    expect(rootHash(size, read)).toBe(bytesToHex(literalRoot(Array.from({ length: size }, (_, i) => leafAt(i)))));
  });

  it("proves every leaf, and only at its own place", () => {
    fc.assert(
      fc.property(batches, fc.nat(), fc.nat(), (sizes, a, b) => {
        const { size, read } = grow(sizes);
        const treeSize = (a % size) + 1;
        const index = b % treeSize;
        const proof = {
          leaf_hash: bytesToHex(leafAt(index)),
          leaf_index: index,
          tree_size: treeSize,
          path: inclusionPath(index, treeSize, read),
          root_hash: rootHash(treeSize, read),
        };
        expect(verifyInclusion(proof)).toBe(true);
        expect(verifyInclusion({ ...proof, leaf_hash: bytesToHex(leafAt(index + 1)) })).toBe(false);
        expect(verifyInclusion({ ...proof, path: [...proof.path, proof.leaf_hash] })).toBe(false);
        if (treeSize > 1) expect(verifyInclusion({ ...proof, leaf_index: (index + 1) % treeSize })).toBe(false);
        for (const [i] of proof.path.entries()) {
          expect(verifyInclusion({ ...proof, path: proof.path.with(i, "00".repeat(32)) })).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("proves that every earlier tree is a prefix, and nothing else is", () => {
    fc.assert(
      fc.property(batches, fc.nat(), fc.nat(), (sizes, a, b) => {
        const { size, read } = grow(sizes);
        const second = (a % size) + 1;
        const first = (b % second) + 1;
        const proof = {
          first_size: first,
          second_size: second,
          first_root: rootHash(first, read),
          second_root: rootHash(second, read),
          path: consistencyPath(first, second, read),
        };
        expect(verifyConsistency(proof)).toBe(true);
        expect(verifyConsistency({ ...proof, first_root: "00".repeat(32) })).toBe(false);
        expect(verifyConsistency({ ...proof, second_root: "00".repeat(32) })).toBe(false);
        for (const [i] of proof.path.entries()) {
          expect(verifyConsistency({ ...proof, path: proof.path.with(i, "ff".repeat(32)) })).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("does not take a malformed path for a proof", () => {
    const proof = { leaf_hash: "zz", leaf_index: 0, tree_size: 2, path: ["not hex"], root_hash: "00".repeat(32) };
    expect(verifyInclusion(proof)).toBe(false);
    expect(verifyInclusion({ ...proof, leaf_index: -1 })).toBe(false);
    expect(verifyInclusion({ ...proof, tree_size: Number.NaN })).toBe(false);
  });
});
