import { type FromReader, type ToReader, Unreadable } from "./document.ts";
import { readerFor } from "./kind.ts";

// A process of its own that reads one file and ends; see read-file.ts, which limits its time and memory.

const tell = (message: FromReader) => process.send?.(message);

process.once("message", async ({ bytes, fileName }: ToReader) => {
  try {
    const document = await readerFor(fileName, bytes)(bytes, (done, total) => tell({ kind: "progress", done, total }));
    tell({ kind: "read", document });
  } catch (error) {
    const { code, message } =
      error instanceof Unreadable
        ? error
        : { code: "too_complex", message: "The file could not be read: its structure is broken, or made to be hard to read." };
    tell({ kind: "unreadable", code, reason: message });
  }
});
// It ends when it is killed, once its answer has arrived, or with its parent.
process.on("disconnect", () => process.exit(0));
process.on("SIGINT", () => {});
