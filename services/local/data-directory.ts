import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DirectoryInUse, holdDirectory } from "@ledgix/tenancy/hold-directory";
import { keepPrivate } from "@ledgix/tenancy/keep-private";
import { generateApiKey } from "@supabase/lite";
import { z } from "zod";
import { StartRefused } from "./config.ts";

/** Makes the data directory, for its owner alone. @throws {OperatorError} where it cannot be written, or others may read it */
export async function openDataDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const probe = join(path, ".writable");
    await writeFile(probe, "");
    await rm(probe);
  } catch {
    throw new StartRefused(`The data directory ${path} cannot be written. Set LEDGIX_DATA_DIR to a directory that can.`);
  }
  await keepPrivate(path, { for: "owner" });
}

/**
 * Holds the data directory for this process, since a PGlite directory has one. Ended in whatever way, it lets go by itself.
 *
 * @returns how to let go
 * @throws {StartRefused} where another process holds it
 */
export async function lockDataDirectory(path: string): Promise<() => void> {
  try {
    return await holdDirectory(join(path, "ledgix"));
  } catch (error) {
    if (!(error instanceof DirectoryInUse)) throw error;
    const holder = error.holder === null ? "" : ` (process ${error.holder})`;
    throw new StartRefused(
      `Ledgix already runs on ${path}${holder}. Stop it first, or set LEDGIX_DATA_DIR and the ports for a second one.`,
    );
  }
}

const localSecrets = z.object({
  /** Signs members' access tokens (HS256). */
  jwtSecret: z.string().min(32),
  /** Supabase's publishable key: names the project, opens nothing. */
  publishableKey: z.string(),
  judgeApiKey: z.string().min(16),
  /** The end of the inbox's address. */
  inboxToken: z.string().min(16),
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
  const text = await readFile(file, "utf8").catch(() => null);
  const kept = localSecrets.partial().parse(JSON.parse(text ?? "{}"));
  const secrets: LocalSecrets = {
    jwtSecret: randomBytes(48).toString("base64url"),
    publishableKey: (await generateApiKey("publishable")).key,
    judgeApiKey: randomBytes(32).toString("base64url"),
    inboxToken: randomBytes(16).toString("base64url"),
    // What an earlier version made stays.
    ...kept,
  };
  if (Object.keys(kept).length === Object.keys(secrets).length) return secrets;
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, JSON.stringify(secrets), { mode: 0o600, flush: true });
  await rename(draft, file);
  return secrets;
}
