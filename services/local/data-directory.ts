import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generateApiKey } from "@supabase/lite";
import { z } from "zod";
import { StartRefused } from "./config.ts";

/** Makes the data directory, for its owner alone. @throws {StartRefused} where it cannot be written */
export async function openDataDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const probe = join(path, ".writable");
    await writeFile(probe, "");
    await rm(probe);
  } catch {
    throw new StartRefused(`The data directory ${path} cannot be written. Set LEDGIX_DATA_DIR to a directory that can.`);
  }
}

/**
 * Holds the data directory for this process: a PGlite directory has one process. The file names the holder; one whose process is gone
 * (kill -9, a power cut) is taken over.
 *
 * @returns how to let go
 * @throws {StartRefused} where another process holds it
 */
export async function lockDataDirectory(path: string): Promise<() => Promise<void>> {
  const file = join(path, "lock");
  // Written aside and linked into place, so that nobody reads a lock that does not name its holder yet.
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, String(process.pid), { mode: 0o600 });
  for (;;) {
    try {
      await link(draft, file);
      await rm(draft);
      return () => rm(file, { force: true });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    const holder = Number(await readFile(file, "utf8").catch(() => ""));
    if (holder > 0 && holder !== process.pid && isAlive(holder)) {
      await rm(draft);
      throw new StartRefused(
        `Ledgix already runs on ${path} (process ${holder}). Stop it first, or set LEDGIX_DATA_DIR and the ports for a second one.`,
      );
    }
    await rm(file, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

const localSecrets = z.object({
  /** Signs members' access tokens (HS256). */
  jwtSecret: z.string().min(32),
  /** Supabase's publishable key: names the project, opens nothing. */
  publishableKey: z.string(),
  judgeApiKey: z.string().min(16),
});
export type LocalSecrets = z.infer<typeof localSecrets>;

/** The secrets of a running installation. @throws {StartRefused} where there is none */
export async function readSecrets(path: string): Promise<LocalSecrets> {
  const kept = await readFile(join(path, "secrets.json"), "utf8").catch(() => null);
  if (kept === null) throw new StartRefused(`There is no Ledgix in ${path}. Run npm start first, with the same LEDGIX_DATA_DIR.`);
  return localSecrets.parse(JSON.parse(kept));
}

/** The secrets of this installation, made at its first start. */
export async function readOrCreateSecrets(path: string): Promise<LocalSecrets> {
  const file = join(path, "secrets.json");
  const kept = await readFile(file, "utf8").catch(() => null);
  if (kept !== null) return localSecrets.parse(JSON.parse(kept));
  const secrets: LocalSecrets = {
    jwtSecret: randomBytes(48).toString("base64url"),
    publishableKey: (await generateApiKey("publishable")).key,
    judgeApiKey: randomBytes(32).toString("base64url"),
  };
  await writeFile(file, JSON.stringify(secrets), { mode: 0o600, flag: "wx", flush: true });
  return secrets;
}
