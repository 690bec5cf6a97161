import { type ChildProcess, fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { openPglite } from "./pglite.ts";

const run = (command: string, ...parameters: string[]) => {
  const { status, stderr } = spawnSync(command, parameters, {
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });
  if (status !== 0) throw new Error(`${command} ${parameters[0]}: ${stderr}`);
};

/** A file system in a file: what was not flushed is not in the file. Takes root, and a kernel with loop devices. */
const canMount =
  process.getuid?.() === 0 &&
  spawnSync("losetup", ["--find"], { env: { ...process.env, PATH: "/usr/sbin:/sbin:/usr/bin" } }).status === 0;

let directory: string;
const children: ChildProcess[] = [];
const mounted: string[] = [];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ledgix-durable-"));
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }
  for (const place of mounted.splice(0).reverse()) run("umount", "--lazy", place);
});
afterAll(() => rm(directory, { recursive: true }));

const written = z.union([z.object({ id: z.number(), flushes: z.number() }), z.literal("written")]);

/** Starts the writer. @returns what it was told, as it grows, and when it has written all */
function startWriter(database: string, count: number) {
  const child = fork(join(import.meta.dirname, "test/durable-writer.ts"), [database, String(count)], { execArgv: [] });
  children.push(child);
  const acknowledged: { id: number; flushes: number }[] = [];
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  child.on("message", (message) => {
    const told = written.parse(message);
    if (told === "written") resolve();
    else acknowledged.push(told);
  });
  child.once("exit", () => reject(new Error("The writer ended.")));
  done.catch(() => {}); // it is ended on purpose in the end
  return { child, acknowledged, done };
}

async function mount(image: string): Promise<string> {
  const place = `${image}.mounted`;
  await mkdir(place, { recursive: true });
  run("mount", "-o", "loop", image, place);
  mounted.push(place);
  return place;
}

const idsIn = async (place: string) => {
  const database = await openPglite(place);
  const rows = await database
    .rows(z.object({ id: z.number() }), "select id from kept order by id")
    .finally(() => database.close());
  return rows.map(({ id }) => id);
};

describe("the embedded database", () => {
  it("flushes each commit before it acknowledges it", async () => {
    const { acknowledged, done } = startWriter(join(directory, "counted"), 50);
    await done;
    expect(acknowledged).toHaveLength(50);
    expect(acknowledged.filter(({ flushes }) => flushes < 1)).toEqual([]);
  });

  it.skipIf(!canMount)(
    "has after a power cut what it acknowledged before, new and opened again",
    async () => {
      const image = join(directory, "disk");
      await writeFile(image, "");
      await truncate(image, 512 * 1024 * 1024);
      run("mkfs.ext4", "-q", image);
      const place = await mount(image);
      const { child, acknowledged, done } = startWriter(join(place, "database"), 300);
      await done;
      child.kill("SIGSTOP");
      // The power is cut: what is only in memory never reaches the image.
      const copy = join(directory, "disk-after");
      await copyFile(image, copy);
      const found = await idsIn(join(await mount(copy), "database"));
      expect(found).toEqual(acknowledged.map(({ id }) => id));
    },
    180_000,
  );

  it("opens where a crash left an empty lock file", async () => {
    const place = join(directory, "emptied");
    const { child, done } = startWriter(place, 5);
    await done;
    child.kill("SIGKILL");
    await once(child, "exit");
    await writeFile(join(place, "postmaster.pid"), "");
    expect(await idsIn(place)).toEqual([0, 1, 2, 3, 4]);
  });
});
