import { LRUCache } from "lru-cache";
import type { SecretStore, TenantSecret } from "./secrets.ts";

/** The store of secrets cannot be reached, and what was read of it before is too old to be used. */
export class SecretsUnavailable extends Error {
  override name = "SecretsUnavailable";
}

export interface CachedSecretStore extends SecretStore {
  /** Reads the secret again at the next use: what it holds was refused. */
  forget(name: string): void;
}

/** Tenants that are remembered at once, at most. */
const CAPACITY = 20_000;

/**
 * Remembers secrets, so that the store is asked once in `ttlSeconds` for each, by however many callers. A secret that was changed
 * elsewhere is so seen without a restart.
 *
 * @param options.now Milliseconds, monotonic.
 */
export function cachedSecrets(
  store: SecretStore,
  { ttlSeconds, now = () => performance.now() }: { ttlSeconds: number; now?: () => number },
): CachedSecretStore {
  const known = new LRUCache<string, TenantSecret>({ max: CAPACITY, ttl: ttlSeconds * 1000, ttlResolution: 0, perf: { now } });
  const reading = new Map<string, Promise<TenantSecret | null>>();

  async function readAgain(name: string): Promise<TenantSecret | null> {
    try {
      const secret = await store.read(name);
      if (secret !== null) known.set(name, secret);
      return secret;
    } catch (error) {
      throw new SecretsUnavailable("A tenant's secret cannot be read.", { cause: error });
    } finally {
      reading.delete(name);
    }
  }

  return {
    async read(name) {
      const secret = known.get(name);
      if (secret !== undefined) return secret;
      const asked = reading.get(name) ?? readAgain(name);
      reading.set(name, asked);
      return asked;
    },
    async create(name, secret) {
      const kept = await store.create(name, secret);
      known.set(name, kept);
      return kept;
    },
    async replace(name, secret) {
      await store.replace(name, secret);
      known.set(name, secret);
    },
    forget: (name) => void known.delete(name),
  };
}
