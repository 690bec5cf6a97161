import { Redis } from "ioredis";
import type { RateLimit } from "./rate-limit.ts";

/**
 * The bucket of one principal, read, refilled and spent in one step on the server, by the server's clock: the same arithmetic as in
 * memory. Answers 0, or the milliseconds until the next token.
 */
const TAKE = `
local time = redis.call("time")
local at = time[1] * 1000 + time[2] / 1000
local rate, burst, ttl = tonumber(ARGV[1]) / 1000, tonumber(ARGV[2]), tonumber(ARGV[3])
local bucket = redis.call("hmget", KEYS[1], "tokens", "at")
local tokens = math.min(burst, (tonumber(bucket[1]) or burst) + (at - (tonumber(bucket[2]) or at)) * rate)
local wait = tokens >= 1 and 0 or math.ceil((1 - tokens) / rate)
redis.call("hset", KEYS[1], "tokens", tokens >= 1 and tokens - 1 or tokens, "at", at)
redis.call("pexpire", KEYS[1], ttl)
return wait`;

export type RedisRateLimitOptions = {
  client: RedisBuckets;
  /** Keeps buckets of different limits apart. */
  name: string;
  rps: number;
  burst: number;
  ttlSeconds: number;
  /** Takes over while Redis is away: each replica then limits by itself. */
  fallback: RateLimit;
  onError: (error: unknown) => void;
};

type RedisBuckets = Redis & {
  takeToken(key: string, rps: number, burst: number, ttl: number): Promise<number>;
};

/** A connection that answers, or fails, at once: a clearance does not wait for a lost Redis. */
export function connectRedis(url: string, onError: (error: unknown) => void): RedisBuckets {
  const client = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2_000,
    commandTimeout: 500,
    retryStrategy: (attempt) => Math.min(attempt * 200, 2_000),
    scripts: { takeToken: { lua: TAKE, numberOfKeys: 1 } },
  });
  client.on("error", onError);
  return client as RedisBuckets; // the script above is the method
}

/** One bucket a principal, shared by all replicas. */
export function redisRateLimit(options: RedisRateLimitOptions): RateLimit {
  const { client, name, rps, burst, ttlSeconds, fallback, onError } = options;
  let isAway = false;
  return {
    async take(principal) {
      if (rps === 0) return null;
      try {
        const wait = await client.takeToken(`ledgix:limit:${name}:${principal}`, rps, burst, ttlSeconds * 1000);
        isAway = false;
        return wait === 0 ? null : Math.min(60, Math.max(1, Math.ceil(wait / 1000)));
      } catch (error) {
        if (!isAway) onError(error); // once an outage
        isAway = true;
        return fallback.take(principal);
      }
    },
  };
}
