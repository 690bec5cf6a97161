import { fork } from "node:child_process";
import { readFile } from "node:fs/promises";
import { documentText, type ReadDocumentAnswer } from "@ledgix/contract/judge";
import type { FromReader, Progress, ToReader } from "./document.ts";

/** Seconds that a file may take. A page takes some 20 ms. */
const MAX_SECONDS = 120;
/** Bytes of memory that reading may take, the runtime's own 60 MB included. */
const MAX_MEMORY = 900 * 1024 * 1024;
const HEAP_MEGABYTES = 600;
const WATCH_MS = 200;

export type ReadLimits = { seconds?: number; memory?: number };

/**
 * Reads a file in a process of its own. Whatever the file does to that process, the judge stays up: it is killed when it takes too long or
 * too much.
 */
export async function readFileApart(
  file: ToReader,
  progress: Progress,
  { seconds = MAX_SECONDS, memory = MAX_MEMORY }: ReadLimits = {},
): Promise<ReadDocumentAnswer> {
  const child = fork(new URL("./reading-process.ts", import.meta.url), {
    serialization: "advanced",
    execArgv: [`--max-old-space-size=${HEAP_MEGABYTES}`],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  return new Promise((resolve) => {
    const finish = (answer: ReadDocumentAnswer) => {
      clearTimeout(timer);
      clearInterval(watch);
      child.kill("SIGKILL");
      resolve(answer);
    };
    const refuse = (code: string, reason: string) => finish({ ok: false, code, reason });
    const timer = setTimeout(
      () => refuse("too_slow", "The file took too long to read. Split it, or export it again in a simpler form."),
      seconds * 1000,
    );
    const watch = setInterval(() => {
      void memoryOf(child.pid).then((bytes) => {
        if (bytes > memory) refuse("too_complex", "The file takes too much memory to read. Split it, or take its pictures out.");
      });
    }, WATCH_MS);
    child.on("message", (message: FromReader) => {
      if (message.kind === "progress") progress(message.done, message.total);
      else if (message.kind === "unreadable") refuse(message.code, message.reason);
      else finish({ ok: true, document: documentText.parse(message.document) });
    });
    child.once("error", () => refuse("too_complex", "The file could not be read. Try again."));
    // Only an end that nobody caused comes here first: the process ran out of memory, or crashed.
    child.once("exit", () =>
      refuse("too_complex", "The file could not be read: it takes too much memory, or its structure is broken."),
    );
    child.send(file);
  });
}

/** Resident bytes of a process; 0 where the system does not tell. */
async function memoryOf(pid: number | undefined): Promise<number> {
  const pages = await readFile(`/proc/${pid}/statm`, "utf8").catch(() => "");
  return Number(pages.split(" ")[1] ?? 0) * 4096;
}
