import type { Database } from "@ledgix/tenancy/database";
import { z } from "zod";
import type { PublicJwk, Signer } from "../adapters/signer.ts";
import type { Log } from "../log.ts";
import { registerKey } from "./register-key.ts";

/** Vault's signing keys as they are now. What is handed out stays as it is; a rotation shows at the next call. */
export interface Keyring {
  /** The key that signs. */
  active(): Signer;
  /** For the JWKS: the active key first (the oldest clients read only that), then those to come, then retired ones. */
  published(): readonly PublicJwk[];
  /** Every key that ever signed, with when it was retired. */
  known(): readonly KnownKey[];
  /** Takes up what an operator changed. Keeps what it has where the control plane is away. */
  refresh(): Promise<void>;
}

export type KnownKey = { jwk: PublicJwk; retired_at: string | null };

const publicJwk = z.object({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: z.string(),
  use: z.literal("sig"),
  kid: z.string(),
  alg: z.literal("EdDSA"),
});
export const signingKey = z.object({
  kid: z.string(),
  source: z.string(),
  public_jwk: publicJwk,
  state: z.enum(["published", "active", "retired"]),
  retired_at: z.date().nullable(),
  is_published: z.boolean(),
});
export type SigningKey = z.infer<typeof signingKey>;

export const SELECT_SIGNING_KEYS = `
  select kid, source, public_jwk, state, retired_at, (state <> 'retired' or published_until is null or published_until > now()) as is_published
  from private.signing_keys order by state, published_at desc`; // active, published, retired

export type KeyringOptions = {
  controlPlane: Database;
  /** The key of Vault's own environment: signs until an operator lets another one sign. */
  configured: Signer;
  /** Opens a key by where it is: `file:…` or `kms:…`. */
  open: (kid: string, source: string) => Promise<Signer>;
  log: Log;
};

export async function openKeyring({ controlPlane, configured, open, log }: KeyringOptions): Promise<Keyring> {
  const opened = new Map([[configured.keyId, configured]]);
  let active = configured;
  let published: PublicJwk[] = [configured.publicJwk];
  let known: KnownKey[] = [{ jwk: configured.publicJwk, retired_at: null }];

  async function signerOf({ kid, source, public_jwk }: SigningKey): Promise<Signer> {
    const signer = opened.get(kid) ?? (await open(kid, source));
    if (signer.publicJwk.x !== public_jwk.x) throw new Error(`The key ${kid} at its source is not the one that was published.`);
    opened.set(kid, signer);
    return signer;
  }

  async function load(): Promise<void> {
    const rows = await controlPlane.rows(signingKey, SELECT_SIGNING_KEYS);
    const current = rows.find((row) => row.state === "active");
    active = current ? await signerOf(current) : configured;
    const rest = rows.filter((row) => row.kid !== active.keyId);
    published = [active.publicJwk, ...rest.filter((row) => row.is_published).map((row) => row.public_jwk)];
    known = [
      { jwk: active.publicJwk, retired_at: null },
      ...rest.map((row) => ({ jwk: row.public_jwk, retired_at: row.retired_at?.toISOString() ?? null })),
    ];
  }

  await registerKey(controlPlane, configured.publicJwk);
  await load();
  return {
    active: () => active,
    published: () => published,
    known: () => known,
    refresh: () => load().catch((error: unknown) => log.error("keys.not_refreshed", error)),
  };
}

/** A keyring of one key, for good. */
export function fixedKeyring(signer: Signer): Keyring {
  const [published, known] = [[signer.publicJwk], [{ jwk: signer.publicJwk, retired_at: null }]];
  return { active: () => signer, published: () => published, known: () => known, refresh: async () => {} };
}
