import type { RateLimit } from "./rate-limit.ts";

export type RateLimitOptions = {
  /** Tokens a second; 0 switches the limit off. */
  rps: number;
  burst: number;
  /** Seconds after which a principal that was not seen is forgotten. */
  ttlSeconds: number;
  /** Milliseconds, monotonic. */
  now: () => number;
};

const MAX_BUCKETS = 100_000;

export function memoryRateLimit({ rps, burst, ttlSeconds, now }: RateLimitOptions): RateLimit {
  const buckets = new Map<string, { tokens: number; at: number }>();
  let sweptAt = now();

  function forgetIdle(at: number): void {
    if (at - sweptAt < ttlSeconds * 1000) return;
    sweptAt = at;
    for (const [principal, bucket] of buckets) if (at - bucket.at > ttlSeconds * 1000) buckets.delete(principal);
  }

  return {
    async take(principal) {
      if (rps === 0) return null;
      const at = now();
      forgetIdle(at);
      const bucket = buckets.get(principal) ?? { tokens: burst, at };
      const tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1000) * rps);
      const isAllowed = tokens >= 1;
      // The one that was not seen for longest goes first, so that whoever makes up names cannot fill the memory.
      buckets.delete(principal);
      if (buckets.size >= MAX_BUCKETS) buckets.delete(buckets.keys().next().value ?? "");
      buckets.set(principal, { tokens: isAllowed ? tokens - 1 : tokens, at });
      return isAllowed ? null : Math.min(60, Math.max(1, Math.ceil((1 - tokens) / rps)));
    },
  };
}
