import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AnchorConflict, type AnchorStore } from "./anchor-store.ts";

const safeName = z.string().regex(/^[\w.-]+$/);

/** Anchors as files: `<directory>/<client id>/<name>`, written aside and renamed into place, never overwritten with other bytes. */
export function directoryAnchor(directory: string): AnchorStore {
  const folderOf = (clientId: string) => join(directory, z.uuid().parse(clientId));
  const read = (path: string) =>
    readFile(path, "utf8").catch((error: unknown) => {
      if (isMissing(error)) return null;
      throw error;
    });
  return {
    target: "directory",
    async put(clientId, name, body) {
      const folder = folderOf(clientId);
      const path = join(folder, safeName.parse(name));
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const kept = await read(path);
      if (kept !== null && kept !== body) throw new AnchorConflict(`The anchor ${name} already holds another checkpoint.`);
      if (kept === null) {
        const draft = `${path}.${crypto.randomUUID()}`;
        try {
          await writeFile(draft, body, { mode: 0o600, flush: true });
          await rename(draft, path);
        } catch (error) {
          await rm(draft, { force: true }); // a full disk must not be filled by what could not be written
          throw error;
        }
      }
      return { uri: `anchor://${clientId}/${name}`, version: null };
    },
    get: (clientId, name) => read(join(folderOf(clientId), safeName.parse(name))),
    async list(clientId) {
      const names = await readdir(folderOf(clientId)).catch((error: unknown) => {
        if (isMissing(error)) return [];
        throw error;
      });
      return names.filter((name) => name.endsWith(".json")).sort();
    },
    async check() {
      await mkdir(directory, { recursive: true, mode: 0o700 });
    },
  };
}

const isMissing = (error: unknown) => error instanceof Error && "code" in error && error.code === "ENOENT";
