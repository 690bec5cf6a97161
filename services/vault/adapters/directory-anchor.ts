import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { AnchorStore } from "./anchor-store.ts";

/** Anchors as files: `<directory>/<client id>/<name>`, written aside and renamed into place, never overwritten with other bytes. */
export function directoryAnchor(directory: string): AnchorStore {
  return {
    target: "directory",
    async put(clientId, name, body) {
      const folder = join(directory, z.uuid().parse(clientId));
      const path = join(
        folder,
        z
          .string()
          .regex(/^[\w.-]+$/)
          .parse(name),
      );
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const kept = await readFile(path, "utf8").catch(() => null);
      if (kept !== null && kept !== body) throw new Error(`The anchor ${name} already holds another checkpoint.`);
      if (kept === null) {
        const draft = `${path}.${crypto.randomUUID()}`;
        await writeFile(draft, body, { mode: 0o600, flush: true });
        await rename(draft, path);
      }
      return { uri: `anchor://${clientId}/${name}`, version: null };
    },
  };
}
