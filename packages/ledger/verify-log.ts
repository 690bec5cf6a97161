import type { Checkpoint, LedgerEntry, LedgerKey } from "@ledgix/contract/ledger";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { hashNode } from "./hash.ts";
import { foldRange } from "./tree.ts";
import { verifyChain, verifyEntry, verifyWithKeys } from "./verify.ts";

/** Where a whole log is read from: Vault's API in a browser, an export elsewhere. */
export type LogSource = {
  /** Every checkpoint, oldest first. */
  checkpoints(): Promise<Checkpoint[]>;
  keys(): Promise<LedgerKey[]>;
  /** Every entry, in any order, a page at a time. */
  entries(): AsyncIterable<LedgerEntry[]>;
};

export type LogProgress = { stage: "checkpoints" | "entries" | "tree"; done: number; total: number };

export type LogCheck = { name: string; outcome: "passed" | "failed"; detail: string };
export type LogReport = {
  isIntact: boolean;
  entries: number;
  /** Accepted, and not in a checkpoint yet: their receipts were checked, their place cannot be. */
  unsequenced: number;
  /** Whose content was hidden, so that only leaf, receipt and place were checked. */
  redacted: number;
  checkpoints: number;
  checks: LogCheck[];
  /** What nothing here shows. */
  notShown: string[];
};

const MAX_FAILURES = 20;
const HASH_BYTES = 32;

/**
 * Verifies a whole log: that every checkpoint is signed and names the one before, that every entry hashes to its leaf and has its
 * receipt, that no leaf is missing or doubled, and that the leaves make the root of every checkpoint (RFC 9162 §2.1.1). A root that fits
 * for every checkpoint shows that each is a prefix of the next, so no consistency proofs are needed.
 *
 * Memory: 32 bytes a leaf, and one page.
 *
 * @param keys Keys that the verifier trusts beforehand; the log's own where none are given.
 */
export async function verifyLog(
  source: LogSource,
  options: { trustedKeys?: LedgerKey[]; onProgress?: (progress: LogProgress) => void; signal?: AbortSignal } = {},
): Promise<LogReport> {
  const { onProgress = () => {}, signal } = options;
  const failures: LogCheck[] = [];
  const fail = (name: string, detail: string) => {
    if (failures.length < MAX_FAILURES) failures.push({ name, outcome: "failed", detail });
  };
  const verifyKey = verifyWithKeys(options.trustedKeys ?? (await source.keys()));

  onProgress({ stage: "checkpoints", done: 0, total: 0 });
  const checkpoints = await source.checkpoints();
  const chain = await verifyChain(checkpoints, verifyKey);
  if (chain.outcome === "failed") fail("Chain", chain.detail);
  const [oldest] = checkpoints;
  if (oldest && oldest.prev_checkpoint_hash !== "") fail("Chain", "The chain does not begin with its first checkpoint.");
  const size = checkpoints.at(-1)?.tree_size ?? 0;

  const leaves = new Uint8Array(size * HASH_BYTES);
  const isPlaced = new Uint8Array(size);
  const count = { entries: 0, unsequenced: 0, redacted: 0, placed: 0 };
  for await (const page of source.entries()) {
    signal?.throwIfAborted();
    for (const entry of page) {
      count.entries += 1;
      for (const check of await verifyEntry(entry, verifyKey)) {
        if (check.outcome === "failed")
          fail("Entries", `Entry ${entry.event_uuid}: ${check.name.replace("_", " ")} does not fit.`);
        if (check.outcome === "skipped") count.redacted += 1;
      }
      // What was accepted after the newest checkpoint has its place in a later one.
      if (entry.leaf_index === null || entry.leaf_index >= size) count.unsequenced += 1;
      else if (isPlaced[entry.leaf_index]) fail("Entries", `Leaf ${entry.leaf_index} stands twice.`);
      else {
        isPlaced[entry.leaf_index] = 1;
        count.placed += 1;
        leaves.set(hexToBytes(entry.leaf_hash), entry.leaf_index * HASH_BYTES);
      }
    }
    onProgress({ stage: "entries", done: count.entries, total: size });
  }
  if (count.placed < size) fail("Entries", `${size - count.placed} of ${size} leaves were not served.`);

  onProgress({ stage: "tree", done: 0, total: size });
  const roots = rootsAt(
    leaves,
    checkpoints.map(({ tree_size }) => tree_size),
  );
  for (const { checkpoint_id, tree_size, root_hash } of checkpoints) {
    if (roots.get(tree_size) !== root_hash) fail("Tree", `Checkpoint ${checkpoint_id} has another root than its leaves.`);
  }
  onProgress({ stage: "tree", done: size, total: size });

  return {
    isIntact: failures.length === 0,
    entries: count.entries,
    unsequenced: count.unsequenced,
    redacted: count.redacted,
    checkpoints: checkpoints.length,
    checks: failures.length > 0 ? failures : passedChecks(count.entries, checkpoints.length, size),
    notShown: [
      "That everybody is shown this same log: compare the newest checkpoint with its anchor.",
      "That the keys are Ledgix's: compare them with the JWKS that you trust.",
      "That every action was asked about: a tool that never asks leaves no entry.",
      ...(count.unsequenced > 0
        ? [`The place of ${counted(count.unsequenced, "entry", "entries")} that the next checkpoint will cover.`]
        : []),
      ...(count.redacted > 0 ? [`The content of ${counted(count.redacted, "redacted entry", "redacted entries")}.`] : []),
    ],
  };
}

function passedChecks(entries: number, checkpoints: number, size: number): LogCheck[] {
  return [
    {
      name: "Entries",
      outcome: "passed",
      detail: `${counted(entries, "entry", "entries")}, each with the hash of its content, its leaf and its signed receipt.`,
    },
    {
      name: "Tree",
      outcome: "passed",
      detail: `${counted(size, "leaf", "leaves")}, none missing or doubled, make the root of every checkpoint.`,
    },
    {
      name: "Chain",
      outcome: "passed",
      detail: `${counted(checkpoints, "checkpoint", "checkpoints")}, each signed and naming the one before, from the first on.`,
    },
  ];
}

const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

/** Roots of the trees of the first n leaves, for the sizes asked for (ascending), in one pass. */
function rootsAt(leaves: Uint8Array, sizes: number[]): Map<number, string> {
  const roots = new Map<number, string>();
  const wanted = new Set(sizes);
  /** Hashes of the perfect subtrees so far, largest first, each with how many leaves it covers. */
  const open: { hash: Uint8Array; width: number }[] = [];
  for (let i = 0; i * HASH_BYTES < leaves.length; i++) {
    let node = { hash: leaves.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES), width: 1 };
    for (let left = open.at(-1); left !== undefined && left.width === node.width; left = open.at(-1)) {
      open.pop();
      node = { hash: hashNode(left.hash, node.hash), width: node.width * 2 };
    }
    open.push(node);
    if (wanted.has(i + 1)) roots.set(i + 1, bytesToHex(foldRange(open.map(({ hash }) => hash))));
  }
  return roots;
}
