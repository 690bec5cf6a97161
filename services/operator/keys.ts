import { createPublicKey } from "node:crypto";
import type { Queryable } from "@ledgix/tenancy/database";
import { readOrCreateKeyFile } from "@ledgix/vault/adapters/local-signer";
import { signerOpener } from "@ledgix/vault/open-adapters";
import { SELECT_SIGNING_KEYS, type SigningKey, signingKey } from "@ledgix/vault/tokens/keyring";
import { z } from "zod";
import { type Installation, Refused } from "./installation.ts";

// The life of a signing key: published, so that clients know it before it signs; signing; retired, and published on.

export const listKeys = ({ controlPlane }: Installation): Promise<SigningKey[]> =>
  controlPlane.rows(signingKey, SELECT_SIGNING_KEYS);

/** Puts a key into the JWKS. It does not sign yet. @param source `file:<path>`, or `kms:<key id>`: where every replica finds it */
export async function publishKey(installation: Installation, kid: string, source: string, isNew: boolean): Promise<void> {
  if (isNew) {
    if (!source.startsWith("file:")) throw new Refused("--create makes a key file: its source is file:<path>.");
    createPublicKey(await readOrCreateKeyFile(source.slice("file:".length)));
  }
  const { publicJwk } = await signerOpener(installation.config, installation.environment)(kid, source);
  const added = await installation.controlPlane.run(
    "insert into private.signing_keys (kid, source, public_jwk, state) values ($1, $2, $3::json, 'published') on conflict do nothing",
    [kid, source, JSON.stringify(publicJwk)],
  );
  if (added === 0) throw new Refused(`There is a key ${kid} already. A new key needs a name of its own.`);
}

/** Clients keep a JWKS for minutes: a key that signs sooner would be unknown to some of them. Seconds. */
const KNOWN_AFTER = 600;

/** Lets a published key sign, and retires the one that did; what that one signed stays checkable. */
export async function signWithKey({ controlPlane }: Installation, kid: string, isUrgent: boolean): Promise<void> {
  await controlPlane.transaction(async (transaction) => {
    const key = await findKey(transaction, kid);
    if (key.state === "active") return;
    if (key.state === "retired")
      throw new Refused(`The key ${kid} was retired. A retired key does not sign again: publish a new one.`);
    const known = await transaction.row(
      z.object({ seconds: z.coerce.number() }),
      "select extract(epoch from now() - published_at) as seconds from private.signing_keys where kid = $1",
      [kid],
    );
    if (!isUrgent && (known?.seconds ?? 0) < KNOWN_AFTER) {
      throw new Refused(
        `The key ${kid} was published less than ${KNOWN_AFTER / 60} minutes ago: clients may not know it yet. Wait, or say --now where the old key is lost.`,
      );
    }
    await transaction.run("update private.signing_keys set state = 'retired', retired_at = now() where state = 'active'");
    await transaction.run("update private.signing_keys set state = 'active', activated_at = now() where kid = $1", [kid]);
  });
}

/** Ends a key that does not sign. @param publishedUntil ISO 8601; without it the key stays in the JWKS, so that all it signed verifies */
export async function retireKey({ controlPlane }: Installation, kid: string, publishedUntil: string | null): Promise<void> {
  await controlPlane.transaction(async (transaction) => {
    const key = await findKey(transaction, kid);
    if (key.state === "active") throw new Refused(`The key ${kid} signs. Let another one sign first: ledgix keys sign <kid>`);
    await transaction.run(
      `update private.signing_keys set state = 'retired', retired_at = coalesce(retired_at, now()), published_until = $2::timestamptz
       where kid = $1`,
      [kid, publishedUntil],
    );
  });
}

async function findKey(transaction: Queryable, kid: string): Promise<SigningKey> {
  const keys = await transaction.rows(signingKey, SELECT_SIGNING_KEYS);
  const key = keys.find((candidate) => candidate.kid === kid);
  if (key === undefined)
    throw new Refused(`There is no key ${kid}. Publish it first: ledgix keys publish ${kid} --source file:<path>`);
  return key;
}
