import { hashFromHex } from "./bytes.ts";
import { chainFault } from "./checkpoint.ts";
import { faultOf, isRedacted } from "./entry.ts";
import { type Checkpoint, type Entry, type ExportLine, type Key, readCheckpoint, readExportLine } from "./records.ts";
import { type Check, check, type Report, reportOf, unreadable } from "./report.ts";
import { signaturesBy } from "./signatures.ts";
import { rootsOf } from "./tree.ts";

export type LogOptions = {
  /** Keys that are trusted beforehand; without them the export's own are taken, and the report says so. */
  keys?: Key[];
  /** Checkpoints as they were anchored: the contents of the objects in the bucket, or of the files in the directory. */
  anchors?: unknown[];
  onProgress?: (entries: number) => void;
};

/** Faults that are told one by one. */
const TOLD = 20;
const HASH_BYTES = 32;
/** What fits in memory: 2 GB of hashes. */
const MOST_LEAVES = 2 ** 26;

/**
 * Checks a whole log from its export, a JSON object a line in any order: entries, checkpoints and keys. Every entry makes its leaf and
 * has its receipt; no leaf is missing or stands twice; the leaves make the root of every checkpoint, so that each is a prefix
 * of the next; the checkpoints chain; and the anchored ones are the same.
 *
 * Memory: the hashes of leaves, 64 bytes each, the checkpoints, and entries whose key stands after them: put keys first.
 */
export async function verifyLog(lines: Iterable<string> | AsyncIterable<string>, options: LogOptions = {}): Promise<Report> {
  try {
    return await verify(lines, options);
  } catch (error) {
    return unreadable(error);
  }
}

async function verify(lines: Iterable<string> | AsyncIterable<string>, options: LogOptions): Promise<Report> {
  const keys = [...(options.keys ?? [])];
  const hasSigned = signaturesBy(keys);
  const checkpoints: Checkpoint[] = [];
  const waiting: Entry[] = [];
  const leaves = placedLeaves();
  const faults: string[] = [];
  const count = { entries: 0, redacted: 0 };
  const examine = async (entry: Entry) => {
    const fault = await faultOf(entry, hasSigned);
    if (fault !== null) faults.push(`Event ${entry.event_uuid}: ${fault}.`);
  };

  let at = 0;
  for await (const line of lines) {
    at += 1;
    if (line.trim() === "") continue;
    const read = readLine(line, at);
    if (read.kind === "checkpoint") checkpoints.push(read.checkpoint);
    else if (read.kind === "key") {
      if (options.keys === undefined) keys.push(read.key);
    } else {
      const { entry } = read;
      count.entries += 1;
      if (isRedacted(entry)) count.redacted += 1;
      if (entry.leaf_index !== null && !leaves.place(entry.leaf_index, entry.leaf_hash)) {
        faults.push(`Leaf ${entry.leaf_index} stands twice.`);
      }
      if (keys.some(({ key_id }) => key_id === entry.receipt_key_id)) await examine(entry);
      else waiting.push(entry);
      if (count.entries % 1000 === 0) options.onProgress?.(count.entries);
    }
  }
  for (const entry of waiting) await examine(entry);
  checkpoints.sort((a, b) => a.checkpoint_id - b.checkpoint_id);
  const size = checkpoints.at(-1)?.tree_size ?? 0;
  const placed = leaves.countBelow(size);
  if (placed < size) faults.push(`${size - placed} of ${size} leaves are not in the export.`);
  const told = faults.slice(0, TOLD).map((fault) => check("entries", false, fault));
  const unplaced = count.entries - placed;
  return reportOf(
    [
      ...(told.length > 0 ? told : [entriesCheck(count.entries)]),
      ...(await treeChecks(leaves.hashes(size), checkpoints)),
      await chainCheck(checkpoints, hasSigned),
      anchorCheck(checkpoints, options.anchors),
    ],
    [
      ...(options.anchors ? [] : ["That everybody is shown this same log: no anchors were given to compare with."]),
      ...(options.keys ? [] : ["That the keys are Vault's: they are the export's own."]),
      ...(count.redacted > 0 ? [`The content of what is redacted (entries: ${count.redacted}).`] : []),
      ...(unplaced > 0 && told.length === 0 ? [`The place of what no checkpoint covers yet (entries: ${unplaced}).`] : []),
    ],
  );
}

function readLine(line: string, at: number): ExportLine {
  try {
    return readExportLine(line);
  } catch (error) {
    throw new TypeError(`Line ${at}: ${error instanceof Error ? error.message : "cannot be read"}`);
  }
}

/** Hashes of leaves by their place, in any order. */
function placedLeaves() {
  let hashes = new Uint8Array(1024 * HASH_BYTES);
  let isPlaced = new Uint8Array(1024);
  const grow = (index: number) => {
    if (index < isPlaced.length) return;
    const room = Math.max(index + 1, 2 * isPlaced.length);
    const [before, beforePlaced] = [hashes, isPlaced];
    hashes = new Uint8Array(room * HASH_BYTES);
    isPlaced = new Uint8Array(room);
    hashes.set(before);
    isPlaced.set(beforePlaced);
  };
  return {
    /** @returns false where another leaf stands there. */
    place(index: number, hash: string): boolean {
      if (!Number.isSafeInteger(index) || index < 0 || index > MOST_LEAVES) throw new RangeError(`${index} is no leaf's place.`);
      grow(index);
      if (isPlaced[index]) return false;
      isPlaced[index] = 1;
      hashes.set(hashFromHex(hash), index * HASH_BYTES);
      return true;
    },
    countBelow: (size: number) => isPlaced.subarray(0, size).reduce((sum, one) => sum + one, 0),
    /** 32 bytes a leaf; zeros where one is missing. */
    hashes: (size: number): Uint8Array => {
      if (size > 0) grow(Math.min(size, MOST_LEAVES) - 1);
      return hashes.subarray(0, size * HASH_BYTES);
    },
  };
}

const entriesCheck = (count: number): Check =>
  count > 0
    ? check(
        "entries",
        true,
        `Each of the entries (${count}) makes its leaf and has its receipt; none is missing or stands twice.`,
      )
    : { name: "entries", outcome: "skipped", detail: "The export holds no entries." };

async function treeChecks(leaves: Uint8Array, checkpoints: Checkpoint[]): Promise<Check[]> {
  if (checkpoints.length === 0) return [{ name: "tree", outcome: "skipped", detail: "The export holds no checkpoint." }];
  const roots = await rootsOf(
    leaves,
    checkpoints.map(({ tree_size }) => tree_size),
  );
  const wrong = checkpoints.filter(({ tree_size, root_hash }) => roots.get(tree_size) !== root_hash);
  if (wrong.length === 0)
    return [check("tree", true, "The leaves make the root of every checkpoint: each is a prefix of the next.")];
  return wrong
    .slice(0, TOLD)
    .map(({ checkpoint_id }) => check("tree", false, `Checkpoint ${checkpoint_id} has another root than its leaves make.`));
}

async function chainCheck(checkpoints: Checkpoint[], hasSigned: Parameters<typeof chainFault>[1]): Promise<Check> {
  if (checkpoints.length === 0) return { name: "chain", outcome: "skipped", detail: "The export holds no checkpoint." };
  const fault = await chainFault(checkpoints, hasSigned);
  return check(
    "chain",
    fault === null,
    fault ?? `Each of the checkpoints (${checkpoints.length}) is signed and names the one before.`,
  );
}

/** How a log stands to what was anchored of it. `ahead` counts anchored checkpoints that are later than the log. */
export type AnchorComparison = { compared: number; ahead: number; fork: string | null };

/**
 * Compares checkpoints, oldest first, with the anchored ones. A log whose anchors are ahead is a prefix of the anchored one, where the next anchor
 * names its newest checkpoint.
 *
 * @throws {TypeError} where an anchor is no checkpoint
 */
export function compareWithAnchors(checkpoints: Checkpoint[], anchors: unknown[]): AnchorComparison {
  const anchored = new Map(anchors.map(readCheckpoint).map((checkpoint) => [checkpoint.checkpoint_id, checkpoint]));
  const newest = checkpoints.at(-1);
  const next = anchored.get((newest?.checkpoint_id ?? 0) + 1);
  const other = checkpoints.find(({ checkpoint_id, checkpoint_hash }) => {
    const found = anchored.get(checkpoint_id);
    return found !== undefined && found.checkpoint_hash !== checkpoint_hash;
  });
  return {
    compared: checkpoints.filter(({ checkpoint_id }) => anchored.has(checkpoint_id)).length,
    ahead: [...anchored.keys()].filter((id) => id > (newest?.checkpoint_id ?? 0)).length,
    fork: other
      ? `Checkpoint ${other.checkpoint_id} is not the one that was anchored.`
      : next && next.prev_checkpoint_hash !== (newest?.checkpoint_hash ?? "")
        ? `The anchored checkpoint ${next.checkpoint_id} continues another log.`
        : null,
  };
}

function anchorCheck(checkpoints: Checkpoint[], anchors: unknown[] | undefined): Check {
  if (anchors === undefined) return { name: "anchors", outcome: "skipped", detail: "No anchors were given." };
  const { compared, ahead, fork } = compareWithAnchors(checkpoints, anchors);
  if (fork !== null) return check("anchors", false, fork);
  if (ahead > 0) {
    return check(
      "anchors",
      false,
      `${ahead} anchored checkpoints are later than the log: it is a prefix, and its end is missing.`,
    );
  }
  return check("anchors", compared > 0, `${compared} of ${checkpoints.length} checkpoints were compared with their anchors.`);
}
