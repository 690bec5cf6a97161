import { closeSync, existsSync, fsyncSync, openSync } from "node:fs";
import { open, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PGlite, type PGliteOptions } from "@electric-sql/pglite";
import { NodeFS } from "@electric-sql/pglite/nodefs";

/**
 * The options with which PGlite keeps a directory so that a power cut takes back nothing that was answered. As it comes, it starts PostgreSQL with
 * `-F`, and its file system has no `fsync`: what is written stays in the operating system's memory. Here a commit is on the disk before it is
 * acknowledged. A directory that is not there yet is made first. See ADR 14.
 *
 * @param extensions Those that the database is made with.
 */
export async function durableOptions(
  directory: string,
  extensions: PGliteOptions["extensions"] = {},
): Promise<Pick<PGliteOptions, "fs" | "startParams">> {
  if (!existsSync(join(directory, "PG_VERSION"))) {
    // Made by the way that PGlite has for it, which knows no other file system, and flushed as a whole.
    const empty = await PGlite.create({ dataDir: directory, extensions });
    await empty.close();
    await flushTree(directory);
  }
  // Names a process of before a crash, and may be empty after one; who holds the directory now is settled by its lock.
  await rm(join(directory, "postmaster.pid"), { force: true });
  return {
    fs: new DurableFiles(directory),
    // Of the ways to write the log, this one alone ends in a call that Emscripten hands to the file system.
    startParams: [...PGlite.defaultStartParams.filter((parameter) => parameter !== "-F"), "-c", "wal_sync_method=fsync"],
  };
}

/** Files that are open at once while a tree is flushed, well below what a process may have. */
const FLUSHED_AT_ONCE = 64;

/** Flushes a directory, everything in it, and its own name. */
export async function flushTree(directory: string): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  // Many at once, so that the file system's journal takes them together.
  while (paths.length > 0) await Promise.all(paths.splice(-FLUSHED_AT_ONCE).map(flush));
  await flushName(directory);
}

/** Flushes that a directory is there under its name. */
export async function flushName(directory: string): Promise<void> {
  await flush(directory);
  await flush(dirname(directory));
}

async function flush(path: string): Promise<void> {
  const file = await open(path, "r");
  await file.sync().finally(() => file.close());
}

/** What of Emscripten's file system over Node's is needed here; PGlite's types leave it open. */
type Stream = { nfd?: number; node: object };
type NodeFiles = {
  realPath(node: object): string;
  tryFSOperation<Value>(work: () => Value): Value;
  stream_ops: { fsync?: (stream: Stream) => number };
};

type Init = NodeFS["init"];

class DurableFiles extends NodeFS {
  override async init(...parameters: Parameters<Init>): ReturnType<Init> {
    const { emscriptenOpts } = await super.init(...parameters);
    const addFsync: NonNullable<typeof emscriptenOpts.preRun>[number] = (module) => {
      const files = (module as unknown as { FS: { filesystems: { NODEFS: NodeFiles } } }).FS.filesystems.NODEFS; // Emscripten's own names
      files.stream_ops.fsync = (stream) => {
        files.tryFSOperation(() => flushStream(files, stream));
        return 0;
      };
    };
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), addFsync] } };
  }
}

/** A stream of a directory has no descriptor of Node's. PostgreSQL flushes directories so that new and renamed files keep their names. */
function flushStream(files: NodeFiles, { nfd, node }: Stream): void {
  const isDirectory = nfd === undefined;
  if (isDirectory && process.platform === "win32") return; // has no such thing
  const descriptor = nfd ?? openSync(files.realPath(node), "r");
  try {
    fsyncSync(descriptor);
  } finally {
    if (isDirectory) closeSync(descriptor);
  }
}
