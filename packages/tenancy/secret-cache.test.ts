import { describe, expect, it } from "vitest";
import { cachedSecrets, SecretsUnavailable } from "./secret-cache.ts";
import type { TenantSecret } from "./secrets.ts";

const secret = (database_url: string): TenantSecret => ({ database_url });

describe("cached secrets", () => {
  it("ask the store once in their time, however many ask them, and see a change after it", async () => {
    let at = 1;
    let reads = 0;
    let held = secret("one");
    const read = async () => {
      reads += 1;
      return held;
    };
    const store = { read, create: read, replace: async () => {} };
    const cache = cachedSecrets(store, { ttlSeconds: 300, now: () => at });
    await Promise.all(Array.from({ length: 64 }, () => cache.read("t")));
    held = secret("two");
    expect([reads, await cache.read("t")]).toEqual([1, secret("one")]);
    at += 301_000;
    expect([await cache.read("t"), reads]).toEqual([secret("two"), 2]);
    held = secret("three");
    cache.forget("t");
    expect(await cache.read("t")).toEqual(secret("three"));
  });

  it("are used until their time while the store is away, and then are not", async () => {
    let at = 1;
    let isAway = false;
    const read = async () => {
      if (isAway) throw new Error("away");
      return secret("one");
    };
    const cache = cachedSecrets({ read, create: read, replace: async () => {} }, { ttlSeconds: 300, now: () => at });
    await cache.read("t");
    isAway = true;
    expect(await cache.read("t")).toEqual(secret("one"));
    at += 301_000;
    await expect(cache.read("t")).rejects.toBeInstanceOf(SecretsUnavailable);
    isAway = false;
    expect(await cache.read("t")).toEqual(secret("one"));
  });
});
