import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createApiKey, hashApiKey, parseApiKey } from "./api-key.ts";
import { environments } from "./environment.ts";
import { apiKeyInText } from "./key-in-text.ts";

const random = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe("API keys", () => {
  it("are read back with their environment and hash, and found in any text", () => {
    fc.assert(
      fc.property(fc.constantFrom(...environments), random, (environment, bytes) => {
        const key = createApiKey(environment, bytes);
        expect(parseApiKey(key)).toMatchObject({ environment, hash: hashApiKey(key) });
        expect(apiKeyInText.exec(`key=${key};`)?.[0]).toBe(key);
      }),
    );
  });

  it("reveal a typo or a missing character offline", () => {
    fc.assert(
      fc.property(random, fc.integer({ min: 15, max: 64 }), (bytes, position) => {
        const key = createApiKey("production", bytes);
        const wrong = key[position] === "x" ? "y" : "x";
        expect(parseApiKey(key.slice(0, position) + wrong + key.slice(position + 1))).toBeNull();
        expect(parseApiKey(key.slice(0, -1))).toBeNull();
        expect(parseApiKey(` ${key}`)).toBeNull();
      }),
    );
  });

  it("need 256 random bits", () => {
    expect(() => createApiKey("development", new Uint8Array(16))).toThrow(RangeError);
  });
});
