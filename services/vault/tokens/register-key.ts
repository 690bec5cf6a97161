import { ConfigError } from "@ledgix/configuration/read";
import type { Database, Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import type { PublicJwk } from "../adapters/signer.ts";

/**
 * Lists the key of Vault's environment among the signing keys, so that an operator sees and retires it like any other. The first key of an
 * installation signs. One that the environment names instead of another of its keys takes over from that at once; where an operator chose the
 * signing key, it is published and waits.
 *
 * @throws {ConfigError} where its name is another key's
 */
export async function registerKey(controlPlane: Database, jwk: PublicJwk): Promise<void> {
  if (await isListed(controlPlane, jwk)) return;
  await controlPlane.transaction(async (transaction) => {
    await transaction.run("lock table private.signing_keys in share row exclusive mode"); // replicas start together
    if (await isListed(transaction, jwk)) return;
    await transaction.run(
      "update private.signing_keys set state = 'retired', retired_at = now() where state = 'active' and source = 'config'",
    );
    await transaction.run(
      `insert into private.signing_keys (kid, source, public_jwk, state, activated_at)
       select $1, 'config', $2::json, case when is_chosen then 'published' else 'active' end, case when is_chosen then null else now() end
       from (select exists (select from private.signing_keys where state = 'active') as is_chosen) of_an_operator`,
      [jwk.kid, JSON.stringify(jwk)],
    );
  });
}

async function isListed(controlPlane: Queryable, { kid, x }: PublicJwk): Promise<boolean> {
  const listed = await controlPlane.row(
    z.object({ x: z.string() }),
    "select public_jwk->>'x' as x from private.signing_keys where kid = $1",
    [kid],
  );
  if (listed !== null && listed.x !== x) {
    throw new ConfigError([`VAULT_KEY_ID: ${kid} is the name of another key. Give a new key a name of its own.`]);
  }
  return listed !== null;
}
