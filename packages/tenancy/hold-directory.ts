import { mkdir, readFile, realpath, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { OperatorError } from "@ledgix/configuration/operator-error";

/** Somebody else has a database's directory open: another process, or this one under another name of it. */
export class DirectoryInUse extends OperatorError {
  override name = "DirectoryInUse";
  /** The process that holds it, as far as it said so. */
  readonly holder: number | null;
  constructor(directory: string, holder: number | null) {
    const by = holder === null ? "" : ` (process ${holder})`;
    super(`${directory} is open already${by}. A PGlite directory has one holder at a time; stop that one first.`);
    this.holder = holder;
  }
}

/** What is held, by reference: a lock that nobody refers to would be collected, and let go. */
const held = new Set<DatabaseSync>();

/**
 * Holds a directory: from now on it cannot be held again, by this process, by another one, or by another path that leads to it, until it is
 * let go or this process ends, however it ends.
 *
 * The lock is the operating system's, on the file `<directory>.lock` beside it: SQLite's, since Node has no `flock` of its own. So nothing is left
 * to be taken over after a kill, and no process id is mistaken for another's. `<directory>.pid` only says who it is, to people.
 *
 * @param directory Need not exist yet; the one above it is made.
 * @returns how to let go
 * @throws {DirectoryInUse}
 */
export async function holdDirectory(directory: string): Promise<() => void> {
  const place = await oneNameOf(directory);
  const lock = new DatabaseSync(`${place}.lock`);
  try {
    lock.exec("pragma journal_mode = memory; begin exclusive");
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    const holder = Number(await readFile(`${place}.pid`, "utf8").catch(() => ""));
    throw new DirectoryInUse(directory, holder > 0 ? holder : null);
  }
  await writeFile(`${place}.pid`, String(process.pid), { mode: 0o600 });
  held.add(lock);
  return () => {
    if (held.delete(lock)) lock.close();
  };
}

/** A directory's path without symbolic links: where it is not there yet, by the one above it. */
async function oneNameOf(directory: string): Promise<string> {
  const above = dirname(directory);
  await mkdir(above, { recursive: true, mode: 0o700 });
  return realpath(directory).catch(async () => join(await realpath(above), basename(directory)));
}

const SQLITE_BUSY = 5;
const isBusy = (error: unknown) => error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
