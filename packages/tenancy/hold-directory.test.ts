import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DirectoryInUse, holdDirectory } from "./hold-directory.ts";

let above: string;
let place: string;
beforeAll(async () => {
  above = await mkdtemp(join(tmpdir(), "ledgix-hold-"));
  place = join(above, "database");
  await mkdir(place);
  await symlink(place, join(above, "another-name"));
  await symlink(above, `${above}-link`);
});
afterAll(async () => {
  await rm(`${above}-link`);
  await rm(above, { recursive: true });
});

const refusal = (path: string) => holdDirectory(path).catch((error: unknown) => error);

/** Another process that holds the place, and says so. */
async function holdElsewhere(): Promise<ChildProcess> {
  const script = join(above, "hold.ts");
  const from = JSON.stringify(join(import.meta.dirname, "hold-directory.ts"));
  await writeFile(
    script,
    `import { holdDirectory } from ${from}; await holdDirectory(${JSON.stringify(place)}); globalThis.gc(); process.send("held"); setInterval(() => {}, 1000);`,
  );
  const child = fork(script, { execArgv: ["--expose-gc"] });
  await once(child, "message");
  return child;
}

describe("a directory is held once", () => {
  it("by this process, by whatever path leads to it", async () => {
    const letGo = await holdDirectory(place);
    const names = [place, `${place}/`, join(above, "another-name"), `${above}-link/database`, join(above, "x/../database")];
    for (const name of names) expect(await refusal(name)).toBeInstanceOf(DirectoryInUse);
    letGo();
    letGo();
    (await holdDirectory(join(above, "another-name")))();
  });

  it("by one process of several, which is named, until it ends, however it ends", async () => {
    const child = await holdElsewhere();
    expect(await refusal(place)).toMatchObject({ holder: child.pid, message: expect.stringContaining(`process ${child.pid}`) });
    child.kill("SIGKILL");
    await once(child, "exit");
    (await holdDirectory(place))();
  });

  it("and a process that merely has the number of one that ended holds nothing", async () => {
    await writeFile(`${place}.pid`, String(process.ppid));
    (await holdDirectory(place))();
  });

  it("where it is not there yet, too", async () => {
    const letGo = await holdDirectory(join(above, "new/database"));
    expect(await refusal(`${above}-link/new/database`)).toBeInstanceOf(DirectoryInUse);
    letGo();
  });
});
