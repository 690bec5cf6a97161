import { describe, expect, it } from "vitest";
import { contentSeal, transportKeyId } from "./content-seal.ts";
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

describe("sealed content", () => {
  const key = (byte: number) => new Uint8Array(32).fill(byte);

  it("opens only under its own context, and not when a byte was changed", async () => {
    const seal = contentSeal(async () => ({ current: key(1), previous: [] }));
    const sealed = await seal.seal("é content", "event-1");
    expect(await seal.open(sealed, "event-1")).toBe("é content");
    await expect(seal.open(sealed, "event-2")).rejects.toThrow();
    for (const part of ["sealed_content", "content_key"] as const) {
      const changed = Uint8Array.from(sealed[part]);
      changed[20] = (changed[20] ?? 0) ^ 1;
      await expect(seal.open({ ...sealed, [part]: changed }, "event-1")).rejects.toThrow();
    }
  });

  it("is re-wrapped for another transport key without being sealed again", async () => {
    const before = await contentSeal(async () => ({ current: key(1), previous: [] })).seal("content", "event");
    const rotated = contentSeal(async () => ({ current: key(2), previous: [key(1)] }));
    const after = await rotated.rewrap(before, "event");
    expect([before.content_key_id, after.content_key_id]).toEqual([transportKeyId(key(1)), transportKeyId(key(2))]);
    const alone = contentSeal(async () => ({ current: key(2), previous: [] }));
    expect(await alone.open({ ...before, ...after }, "event")).toBe("content");
    await expect(alone.open(before, "event")).rejects.toThrow(/no transport key tk-/);
  });

  it("reads the keys again where one is missing, since another replica may have rotated", async () => {
    const sealed = await contentSeal(async () => ({ current: key(2), previous: [] })).seal("content", "event");
    const lagging = contentSeal(async (options) => ({ current: options?.isStale ? key(2) : key(1), previous: [] }));
    expect(await lagging.open(sealed, "event")).toBe("content");
  });
});
