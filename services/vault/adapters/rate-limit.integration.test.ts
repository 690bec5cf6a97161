import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { uniqueName } from "../test/aws.ts";
import { memoryRateLimit } from "./memory-rate-limit.ts";
import type { RateLimit } from "./rate-limit.ts";
import { connectRedis, redisRateLimit } from "./redis-rate-limit.ts";

// One suite over the limit in memory and the one in Redis, the latter where TEST_REDIS_URL is set.

const redisUrl = process.env.TEST_REDIS_URL ?? "";
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const fail = (error: unknown) => {
  throw error;
};

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
