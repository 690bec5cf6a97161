import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Key, type Report, readJwks, verifyBundle, verifyLog } from "@ledgix/verifier";
import { Refused } from "./installation.ts";

export type VerifyOptions = {
  /** A JWKS that is trusted: a file, or the address of one. */
  jwks?: string | undefined;
  /** A folder of anchored checkpoints. */
  anchors?: string | undefined;
  onProgress?: (entries: number) => void;
};

/** Checks a bundle, or the export of a whole log, offline. @throws {Refused} where a file cannot be read */
export async function verifyFile(file: string, { jwks, anchors, onProgress }: VerifyOptions): Promise<Report> {
  const keys = jwks === undefined ? undefined : await readKeys(jwks);
  const bundle = await readBundle(file);
  if (bundle !== null) return verifyBundle(bundle, keys ? { keys } : {});
  const anchored = anchors === undefined ? undefined : await readAnchors(anchors);
  // Opened last: a reader of lines drops those that come before somebody iterates.
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  return verifyLog(lines, {
    ...(keys && { keys }),
    ...(anchored && { anchors: anchored }),
    ...(onProgress && { onProgress }),
  });
}

async function readKeys(from: string): Promise<Key[]> {
  try {
    const text = /^https?:/.test(from) ? await (await fetch(from)).text() : await readFile(from, "utf8");
    return readJwks(JSON.parse(text));
  } catch (error) {
    throw new Refused(`The JWKS ${from} cannot be read: ${error instanceof Error ? error.message : ""}`);
  }
}

const readAnchors = async (folder: string): Promise<unknown[]> => {
  const names = await readdir(folder).catch(() => {
    throw new Refused(`The folder ${folder} cannot be read.`);
  });
  return Promise.all(
    names.filter((name) => name.endsWith(".json")).map(async (name) => JSON.parse(await readFile(join(folder, name), "utf8"))),
  );
};

/** A bundle is one JSON object with an `inclusion`; an export has many lines. Null where it is none. */
async function readBundle(file: string): Promise<unknown> {
  const text = await head(file);
  if (/^\s*\{\s*"(event_uuid|key_id|checkpoint_id|seq)"/.test(text)) return null;
  try {
    const value: unknown = JSON.parse(await readFile(file, "utf8"));
    return typeof value === "object" && value !== null && "inclusion" in value ? value : null;
  } catch {
    return null;
  }
}

async function head(file: string): Promise<string> {
  const parts: string[] = [];
  const stream = createReadStream(file, { encoding: "utf8", end: 255 });
  try {
    for await (const part of stream) parts.push(String(part));
  } catch {
    throw new Refused(`The file ${file} cannot be read.`);
  }
  return parts.join("");
}
