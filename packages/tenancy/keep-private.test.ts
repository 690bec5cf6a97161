import { chmod, chown, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keepPrivate } from "./keep-private.ts";

let above: string;
beforeAll(async () => {
  above = await mkdtemp(join(tmpdir(), "ledgix-modes-"));
});
afterAll(() => rm(above, { recursive: true }));

describe("what is kept is kept from other users of the machine", () => {
  it.each([
    ["a folder that all may read", 0o755, "owner", 0o700],
    ["a folder that all may write", 0o1777, "owner", 0o1700],
    ["a folder of a group, for its owner", 0o770, "owner", 0o700],
    ["a folder of a group, for the group", 0o2775, "group", 0o2770],
    ["a folder that is closed", 0o500, "owner", 0o500],
  ] as const)("%s", async (_, mode, who, closed) => {
    const path = join(above, crypto.randomUUID());
    await mkdir(path);
    await chmod(path, mode);
    await keepPrivate(path, { for: who });
    expect((await stat(path)).mode & 0o7777).toBe(closed);
  });

  it("and a key's file, and one that is not there yet is none", async () => {
    const path = join(above, "key.pem");
    await keepPrivate(path, { for: "owner" });
    await writeFile(path, "key", { mode: 0o644 });
    await keepPrivate(path, { for: "group" });
    expect((await stat(path)).mode & 0o777).toBe(0o640);
  });

  it.runIf(process.getuid?.() === 0)("and what is another user's is refused, with the command that closes it", async () => {
    const path = join(above, "theirs");
    await mkdir(path);
    await chmod(path, 0o755);
    await chown(path, 4711, 4711);
    await expect(keepPrivate(path, { for: "owner" })).rejects.toThrow(`Close it by: sudo chmod go-rwx '${path}'`);
    expect((await stat(path)).mode & 0o777).toBe(0o755);
  });
});
