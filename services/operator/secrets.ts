import { randomBytes } from "node:crypto";
import { readTransportKey, transportKeyId } from "@ledgix/tenancy/content-seal";
import type { Queryable } from "@ledgix/tenancy/database";
import { DirectoryInUse } from "@ledgix/tenancy/hold-directory";
import { ownerOf } from "@ledgix/vault/database/owner";
import { z } from "zod";
import { audit } from "./audit.ts";
import { type Installation, Refused } from "./installation.ts";
import { findTenant } from "./tenants.ts";

/** Gives a tenant another transport key. Vault re-wraps the content keys; the old one stays in the secret until that is done. */
export async function rotateTransportKey(installation: Installation, clientId: string): Promise<{ keyId: string }> {
  await findTenant(installation, clientId);
  const key = randomBytes(32);
  await installation.tenants.changeSecret(clientId, (secret) => {
    const before = secret.transport_key ?? installation.config.VAULT_TRANSPORT_KEY_BASE64;
    const previous = [...(before ? [before] : []), ...(secret.previous_transport_keys ?? [])];
    return { ...secret, transport_key: key.toString("base64"), previous_transport_keys: previous };
  });
  const keyId = transportKeyId(key);
  await installation.controlPlane.transaction((transaction) =>
    audit(transaction, clientId, "secret.transport_key_rotated", { key_id: keyId }),
  );
  return { keyId };
}

/**
 * Takes old transport keys out of the secret, once nothing is under them and no replica may still seal with one.
 *
 * @returns how many went
 */
export async function dropOldTransportKeys(installation: Installation, clientId: string): Promise<number> {
  await findTenant(installation, clientId);
  const { tenants, controlPlane, config } = installation;
  const rotated = await controlPlane.row(
    z.object({ age: z.coerce.number() }),
    `select extract(epoch from now() - max(created_at)) as age from public.audit_events
     where client_id = $1 and action = 'secret.transport_key_rotated' having max(created_at) is not null`,
    [clientId],
  );
  const ttl = config.VAULT_TENANT_SECRET_CACHE_TTL_SECONDS;
  if (rotated !== null && rotated.age <= ttl) {
    throw new Refused(`A replica may seal with the old key for ${Math.ceil(ttl - rotated.age)} s more. Ask again then.`);
  }
  const { previous_transport_keys: old = [] } = await tenants.secret(clientId);
  const waiting = await rowsUnder(
    await tenants.database(clientId),
    old.map((key) => transportKeyId(readTransportKey(key))),
  );
  if (waiting > 0) throw new Refused(`${waiting} entries are still under an old key. Vault re-wraps them, 500 a round.`);
  await tenants.changeSecret(clientId, ({ previous_transport_keys: _, ...secret }) => secret);
  return old.length;
}

async function rowsUnder(database: Queryable, keyIds: string[]): Promise<number> {
  const row = await database.row(
    z.object({ count: z.coerce.number() }),
    "select count(*) as count from ledger_events where content_key_id = any($1)",
    [keyIds],
  );
  return row?.count ?? 0;
}

const newestCheckpoint = async (database: Queryable) => {
  const sql = "select checkpoint_hash from ledger_checkpoints order by checkpoint_id desc limit 1";
  return (await database.row(z.object({ checkpoint_hash: z.string() }), sql))?.checkpoint_hash ?? null;
};

/** Another DSN to the same database: a rotated password, another host. Every replica takes it up within its cache's time. */
export async function changeDatabaseUrl(installation: Installation, clientId: string, databaseUrl: string): Promise<void> {
  await findTenant(installation, clientId);
  const opened = await installation.databases.open(databaseUrl).catch((error: unknown) => {
    // Nothing of this tenant's is open yet, so whoever holds it holds another's.
    throw error instanceof DirectoryInUse
      ? new Refused("The database behind the new DSN is in use, so it is not this tenant's. Nothing was changed.")
      : error;
  });
  try {
    if ((await ownerOf(opened)) !== clientId) {
      throw new Refused(
        "The database behind the new DSN is not this tenant's. Where it is a copy of an older version, run tenants migrate first. Nothing was changed.",
      );
    }
    const [there, here] = [await newestCheckpoint(opened), await newestCheckpoint(await installation.tenants.database(clientId))];
    if (there !== here)
      throw new Refused("The database behind the new DSN holds another log, or another state of it. Nothing was changed.");
  } finally {
    await opened.close();
  }
  await installation.tenants.changeSecret(clientId, (secret) => ({ ...secret, database_url: databaseUrl }));
  await installation.controlPlane.transaction((transaction) => audit(transaction, clientId, "secret.database_url_changed"));
}
