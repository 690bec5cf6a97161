import { generateKeyPairSync, verify } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KMSClient } from "@aws-sdk/client-kms";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBucket, createQueue, endpoint, s3Client, sqsClient, uniqueName } from "../test/aws.ts";
import { startKmsDouble } from "../test/kms-double.ts";
import { AnchorConflict, type AnchorStore } from "./anchor-store.ts";
import type { ClearanceMessage, ClearanceQueue } from "./clearance-queue.ts";
import { directoryAnchor } from "./directory-anchor.ts";
import { kmsSigner } from "./kms-signer.ts";
import { localSigner } from "./local-signer.ts";
import { memoryQueue } from "./memory-queue.ts";
import { memoryRateLimit } from "./memory-rate-limit.ts";
import type { RateLimit } from "./rate-limit.ts";
import { connectRedis, redisRateLimit } from "./redis-rate-limit.ts";
import { s3Anchor } from "./s3-anchor.ts";
import type { Signer } from "./signer.ts";
import { sqsQueue } from "./sqs-queue.ts";

// One suite for each seam, over the embedded adapter and the one of production. The latter need TEST_AWS_ENDPOINT_URL and TEST_REDIS_URL.

const redisUrl = process.env.TEST_REDIS_URL ?? "";
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const fail = (error: unknown) => {
  throw error;
};

let directory: string;
let kms: Awaited<ReturnType<typeof startKmsDouble>>;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ledgix-seams-"));
  kms = await startKmsDouble();
  // The client of KMS signs its requests wherever it is.
  process.env.AWS_ACCESS_KEY_ID ??= "any";
  process.env.AWS_SECRET_ACCESS_KEY ??= "words";
});
afterAll(async () => {
  kms.close();
  await rm(directory, { recursive: true });
});

const kmsClient = () => new KMSClient({ region: "us-east-1", endpoint: kms.url });
const signers: [string, () => Promise<Signer>][] = [
  ["in memory", async () => localSigner("k", generateKeyPairSync("ed25519").privateKey)],
  ["in AWS KMS", () => kmsSigner({ keyId: "k", kmsKeyId: kms.addKey(), client: kmsClient() })],
];
describe.each(signers)("a signer %s", (_, open) => {
  it("signs what its published key verifies, and the same way each time", async () => {
    const signer = await open();
    expect(signer.publicJwk).toMatchObject({ kty: "OKP", crv: "Ed25519", use: "sig", kid: "k", alg: "EdDSA" });
    const payload = new TextEncoder().encode("payload");
    const signature = await signer.sign(payload);
    expect(verify(null, payload, { key: { ...signer.publicJwk }, format: "jwk" }, signature)).toBe(true);
    expect(Buffer.from(await signer.sign(payload))).toEqual(Buffer.from(signature));
  });
});
it("a KMS key of another spec is refused by its id", async () => {
  const kmsKeyId = kms.addKey("ECC_NIST_P256");
  await expect(kmsSigner({ keyId: "k", kmsKeyId, client: kmsClient() })).rejects.toThrow(`${kmsKeyId} is ECC_NIST_P256`);
});

const message = (agentId = "agent"): ClearanceMessage => ({
  clientId: crypto.randomUUID(),
  requestId: crypto.randomUUID(),
  agentId,
});
const openSqs = async (receives?: number) => {
  const queue = await createQueue(receives);
  const opened = sqsQueue({
    client: sqsClient(),
    queueUrl: queue.url,
    workers: 3,
    groupShards: 64,
    waitSeconds: 1,
    visibilitySeconds: 2,
    onError: fail,
  });
  return Object.assign(opened, queue);
};
const queues: [string, () => Promise<ClearanceQueue>][] = [["in memory", async () => memoryQueue({ workers: 3, depth: 100 })]];
if (endpoint) queues.push(["in SQS", openSqs]);
describe.each(queues)("a clearance queue %s", (_, open) => {
  it("hands out every message, no more at once than it has workers, and none after it closed", async () => {
    const queue = await open();
    let [atWork, most] = [0, 0];
    const sent = Array.from({ length: 12 }, (_, i) => message(`agent-${i}`));
    const seen: string[] = [];
    const finished = new Promise<void>((resolve) =>
      queue.consume(async ({ requestId }) => {
        most = Math.max(most, ++atWork);
        await pause(20);
        atWork--;
        if (seen.push(requestId) === sent.length) resolve();
      }),
    );
    for (const each of sent) expect(await queue.send(each)).toBe(true);
    await finished;
    expect(new Set(seen)).toEqual(new Set(sent.map(({ requestId }) => requestId)));
    expect(most).toBeLessThanOrEqual(3);
    await queue.close();
    const before = seen.length;
    await queue.send(message());
    await pause(100);
    expect(seen.length).toBe(before);
  });

  it("goes on after a handler failed", async () => {
    const queue = await open();
    const seen: string[] = [];
    const [bad, good] = [message("a"), message("b")];
    const finished = new Promise<void>((resolve) =>
      queue.consume(async ({ requestId }) => {
        if (requestId === bad.requestId) throw new Error("not now");
        seen.push(requestId);
        resolve();
      }),
    );
    await queue.send(bad);
    await queue.send(good);
    await finished;
    expect(seen).toEqual([good.requestId]);
    await queue.close();
  });
});

it("a queue in memory says when it is full instead of growing", async () => {
  const queue = memoryQueue({ workers: 1, depth: 2 });
  expect([await queue.send(message()), await queue.send(message()), await queue.send(message())]).toEqual([true, true, false]);
  await queue.close();
});

describe.runIf(endpoint)("a clearance queue in SQS", () => {
  const left = async (url: string) => {
    const { Attributes } = await sqsClient().send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["ApproximateNumberOfMessages"] }),
    );
    return Number(Attributes?.ApproximateNumberOfMessages);
  };

  it("takes a request that is sent twice for one message", async () => {
    const queue = await openSqs();
    const one = message();
    await queue.send(one);
    await queue.send(one);
    expect(await left(queue.url)).toBe(1);
  });

  it("hands a message out again that its worker did not finish, and not while a worker is still at it", async () => {
    const queue = await openSqs();
    const one = message();
    const starts: string[] = [];
    let isFirst = true;
    const finished = new Promise<void>((resolve) =>
      queue.consume(async ({ requestId }) => {
        starts.push(requestId);
        if (isFirst) {
          isFirst = false;
          throw new Error("a crash");
        }
        await pause(4_500); // longer than the visibility timeout, which is extended meanwhile
        resolve();
      }),
    );
    await queue.send(one);
    await finished;
    await pause(500);
    expect(starts).toEqual([one.requestId, one.requestId]);
    expect(await left(queue.url)).toBe(0);
    await queue.close();
  });

  it("puts what fails again and again among the dead letters", async () => {
    const queue = await openSqs(1);
    queue.consume(() => Promise.reject(new Error("never")));
    await queue.send(message());
    for (let tries = 0; (await left(queue.deadLetters)) === 0 && tries < 100; tries++) await pause(200);
    expect(await left(queue.deadLetters)).toBe(1);
    await queue.close();
  });
});

type Bucket = { rps: number; burst: number; ttlSeconds: number };
const limits: [string, (bucket: Bucket) => RateLimit][] = [
  ["in memory", (bucket) => memoryRateLimit({ ...bucket, now: () => performance.now() })],
];
const redis = redisUrl ? connectRedis(redisUrl, fail) : null;
afterAll(() => redis?.disconnect());
if (redis)
  limits.push([
    "in Redis",
    (bucket) =>
      redisRateLimit({
        ...bucket,
        client: redis,
        name: uniqueName("test"),
        fallback: { take: () => Promise.reject(new Error("no")) },
        onError: fail,
      }),
  ]);
describe.each(limits)("a rate limit %s", (_, open) => {
  beforeAll(async () => {
    for (let i = 0; redis && redis.status !== "ready" && i < 100; i++) await pause(20);
  });
  const burst = async (limit: RateLimit, count: number, principal = "a") => {
    const waits: (number | null)[] = [];
    for (let i = 0; i < count; i++) waits.push(await limit.take(principal));
    return waits;
  };

  it("lets a burst through, then says how long to wait, for each principal by itself", async () => {
    const limit = open({ rps: 1, burst: 3, ttlSeconds: 60 });
    expect(await burst(limit, 4)).toEqual([null, null, null, 1]);
    expect(await limit.take("b")).toBeNull();
  });

  it("refills at its rate, up to the burst", async () => {
    const limit = open({ rps: 20, burst: 2, ttlSeconds: 60 });
    expect(await burst(limit, 3)).toEqual([null, null, 1]);
    await pause(400); // eight tokens' time, of which two are kept
    expect(await burst(limit, 3)).toEqual([null, null, 1]);
  });

  it("is off at 0", async () => {
    expect(new Set(await burst(open({ rps: 0, burst: 1, ttlSeconds: 1 }), 100))).toEqual(new Set([null]));
  });
});

describe.runIf(redisUrl)("a rate limit in Redis", () => {
  it("is one limit for two replicas", async () => {
    if (redis === null) throw new Error("Redis is not connected.");
    const name = uniqueName("shared");
    const open = () =>
      redisRateLimit({
        rps: 1,
        burst: 10,
        ttlSeconds: 60,
        client: redis,
        name,
        fallback: { take: async () => 9 },
        onError: fail,
      });
    const [first, second] = [open(), open()];
    const waits = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? first : second).take("a")));
    expect(waits.filter((wait) => wait === null)).toHaveLength(10);
  });

  it("limits each replica by itself while Redis is away, and says so once", async () => {
    const errors: unknown[] = [];
    const lost = connectRedis("redis://127.0.0.1:9", () => {});
    const fallback = memoryRateLimit({ rps: 1, burst: 2, ttlSeconds: 60, now: () => performance.now() });
    const bucket = { rps: 1, burst: 2, ttlSeconds: 60 };
    const limit = redisRateLimit({ ...bucket, client: lost, name: "x", fallback, onError: (error) => errors.push(error) });
    expect([await limit.take("a"), await limit.take("a"), await limit.take("a")]).toEqual([null, null, 1]);
    expect(errors).toHaveLength(1);
    lost.disconnect();
  });
});

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
