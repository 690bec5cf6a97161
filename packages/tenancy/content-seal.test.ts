import { describe, expect, it } from "vitest";
import { ContentTampered, contentSeal, transportKeyId } from "./content-seal.ts";

describe("sealed content", () => {
  const key = (byte: number) => new Uint8Array(32).fill(byte);

  it("opens only under its own context, and not when a byte was changed", async () => {
    const seal = contentSeal(async () => ({ current: key(1), previous: [] }));
    const sealed = await seal.seal("é content", "event-1");
    expect(await seal.open(sealed, "event-1")).toBe("é content");
    await expect(seal.open(sealed, "event-2")).rejects.toBeInstanceOf(ContentTampered);
    for (const part of ["sealed_content", "content_key"] as const) {
      const changed = Uint8Array.from(sealed[part]);
      changed[20] = (changed[20] ?? 0) ^ 1;
      await expect(seal.open({ ...sealed, [part]: changed }, "event-1")).rejects.toBeInstanceOf(ContentTampered);
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
