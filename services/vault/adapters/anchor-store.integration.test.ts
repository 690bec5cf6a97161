import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBucket, endpoint, s3Client, uniqueName } from "../test/aws.ts";
import { AnchorConflict, type AnchorStore } from "./anchor-store.ts";
import { directoryAnchor } from "./directory-anchor.ts";
import { s3Anchor } from "./s3-anchor.ts";

// One suite over a directory and S3, the latter where TEST_AWS_ENDPOINT_URL is set.

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ledgix-anchors-"));
});
afterAll(() => rm(directory, { recursive: true }));

const openS3 = async (lock: Parameters<typeof s3Anchor>[0]["lock"] = null): Promise<AnchorStore> =>
  s3Anchor({
    client: s3Client(),
    bucket: await createBucket({ isVersioned: true, isLocked: lock !== null }),
    prefix: "anchors",
    requireVersioning: true,
    lock,
    now: () => new Date(),
  });
const stores: [string, () => Promise<AnchorStore>][] = [
  ["in a directory", async () => directoryAnchor(join(directory, "anchors"))],
];
if (endpoint) stores.push(["in S3", openS3]);
describe.each(stores)("an anchor store %s", (_, open) => {
  it("takes the same bytes twice, never other bytes under one name, and gives back what it took", async () => {
    const store = await open();
    const client = crypto.randomUUID();
    await store.check([client]);
    const first = await store.put(client, "checkpoint-1.json", "{}");
    expect(await store.put(client, "checkpoint-1.json", "{}")).toEqual(first);
    await expect(store.put(client, "checkpoint-1.json", "other")).rejects.toBeInstanceOf(AnchorConflict);
    await store.put(client, "checkpoint-2.json", "é");
    expect(await store.list(client)).toEqual(["checkpoint-1.json", "checkpoint-2.json"]);
    expect([await store.get(client, "checkpoint-1.json"), await store.get(client, "checkpoint-2.json")]).toEqual(["{}", "é"]);
    expect(await store.get(client, "checkpoint-3.json")).toBeNull();
    expect(await store.list(crypto.randomUUID())).toEqual([]);
  });

  it("keeps one of two writers at the same moment", async () => {
    const store = await open();
    const client = crypto.randomUUID();
    const same = await Promise.all(Array.from({ length: 5 }, () => store.put(client, "a.json", "same")));
    expect(new Set(same.map(({ uri }) => uri)).size).toBe(1);
  });
});

it("an anchor directory on a full disk fails, leaves nothing behind, and goes on when there is room", async ({ skip }) => {
  const disk = await mkdtemp(join(tmpdir(), "ledgix-disk-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]).status === 0;
  if (!mounted) skip("A small disk can be mounted by root alone.");
  try {
    const store = directoryAnchor(join(disk, "anchors"));
    const client = crypto.randomUUID();
    await store.put(client, "checkpoint-1.json", "{}");
    await writeFile(join(disk, "ballast"), Buffer.alloc(64 * 1024)).catch(() => {});
    await expect(store.put(client, "checkpoint-2.json", "x".repeat(5000))).rejects.toMatchObject({ code: "ENOSPC" });
    expect(await readdir(join(disk, "anchors", client))).toEqual(["checkpoint-1.json"]);
    await rm(join(disk, "ballast"));
    await store.put(client, "checkpoint-2.json", "x".repeat(5000));
    expect(await store.list(client)).toEqual(["checkpoint-1.json", "checkpoint-2.json"]);
  } finally {
    spawnSync("umount", [disk]);
    await rm(disk, { recursive: true, force: true });
  }
});

it("an anchor directory keeps names inside of it", async () => {
  const store = directoryAnchor(join(directory, "anchors"));
  await expect(store.put("../outside", "x", "")).rejects.toThrow();
  await expect(store.put(crypto.randomUUID(), "../x", "")).rejects.toThrow();
});

describe.runIf(endpoint)("an anchor store in S3", () => {
  it("refuses a bucket that keeps no versions, and one that is not there, by name", async () => {
    for (const bucket of [await createBucket({ isVersioned: false }), uniqueName("absent")]) {
      const options = { client: s3Client(), bucket, prefix: "", lock: null, now: () => new Date() };
      await expect(s3Anchor({ ...options, requireVersioning: true }).check([])).rejects.toThrow(bucket);
    }
  });

  it("refuses a bucket without object lock where it is demanded, by name", async () => {
    const bucket = await createBucket({ isVersioned: true });
    const lock = { mode: "GOVERNANCE", days: 1 } as const;
    const store = s3Anchor({ client: s3Client(), bucket, prefix: "", requireVersioning: true, lock, now: () => new Date() });
    await expect(store.check([])).rejects.toThrow(`${bucket} has no object lock`);
  });

  it("tells the version of each object, and really locks it", async () => {
    const store = await openS3({ mode: "GOVERNANCE", days: 30 });
    const client = crypto.randomUUID();
    const { uri, version } = await store.put(client, "a.json", "{}");
    expect(version).toEqual(expect.any(String));
    const [, , Bucket = "", ...rest] = uri.split("/");
    const locked = await s3Client().send(new HeadObjectCommand({ Bucket, Key: rest.join("/") }));
    expect(locked.ObjectLockMode).toBe("GOVERNANCE");
    expect(locked.ObjectLockRetainUntilDate?.getTime()).toBeGreaterThan(Date.now() + 29 * 86_400_000);
  });

  it("finds each tenant's own bucket by a template", async () => {
    const [client, bucket] = [crypto.randomUUID(), await createBucket({ isVersioned: false })];
    const template = bucket.replace(bucket.slice(-12), "{client_id}");
    const store = s3Anchor({
      client: s3Client(),
      bucket: template,
      prefix: "",
      requireVersioning: true,
      lock: null,
      now: () => new Date(),
    });
    await expect(store.check([client])).rejects.toThrow(template.replace("{client_id}", client));
    await expect(store.check([bucket.slice(-12)])).rejects.toThrow(`${bucket} keeps no versions`);
  });
});
