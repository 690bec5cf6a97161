import { randomBytes } from "node:crypto";
import type { Database, Queryable } from "@ledgix/tenancy/database";
import { prepareTenantDatabase } from "@ledgix/vault/database/prepare";
import { z } from "zod";
import { audit } from "./audit.ts";
import { type Installation, Refused } from "./installation.ts";

const tenant = z.object({ id: z.string(), name: z.string(), status: z.string(), members: z.coerce.number() });
export type Tenant = z.infer<typeof tenant>;

const SELECT = `
  select c.id, c.name, c.status, (select count(*) from public.memberships m where m.client_id = c.id) as members from public.clients c`;

export const listTenants = ({ controlPlane }: Installation): Promise<Tenant[]> =>
  controlPlane.rows(tenant, `${SELECT} order by c.name, c.id`);

/** @throws {Refused} */
export async function findTenant({ controlPlane }: Installation, clientId: string): Promise<Tenant> {
  const found = z.uuid().safeParse(clientId).success
    ? await controlPlane.row(tenant, `${SELECT} where c.id = $1`, [clientId])
    : null;
  if (found === null) throw new Refused(`There is no tenant ${clientId}. See them with: ledgix tenants list`);
  return found;
}

/** The name under which the secrets seam keeps a tenant's secret. @throws {Refused} */
export async function findSecretName(controlPlane: Queryable, clientId: string): Promise<string> {
  const found = await controlPlane.row(
    z.object({ name: z.string() }),
    "select name from private.tenant_secrets where client_id = $1",
    [clientId],
  );
  if (found === null) throw new Refused(`There is no tenant ${clientId}. See them with: ledgix tenants list`);
  return found.name;
}

/**
 * Makes a tenant with an owner, who must have an account, and its secret and database.
 *
 * @param databaseUrl Of an empty database, where Vault may not create one itself.
 */
export async function createTenant(
  installation: Installation,
  { name, owner, databaseUrl }: { name: string; owner: string; databaseUrl?: string | undefined },
): Promise<Tenant> {
  const { controlPlane, tenants, secrets } = installation;
  if (databaseUrl !== undefined) await assertEmpty(await installation.databases.open(databaseUrl));
  const id = crypto.randomUUID();
  await controlPlane.transaction(async (transaction) => {
    const user = await transaction.row(z.object({ id: z.string() }), "select id from auth.users where lower(email) = lower($1)", [
      owner,
    ]);
    if (user === null) throw new Refused(`Nobody has an account with the address ${owner}. Let them sign up first.`);
    await transaction.run("insert into public.clients (id, name) values ($1, btrim($2))", [id, name]);
    await transaction.run("insert into public.memberships (client_id, user_id, email, role) values ($1, $2, $3, 'owner')", [
      id,
      user.id,
      owner,
    ]);
    await audit(transaction, id, "tenant.created", { name });
  });
  try {
    if (databaseUrl !== undefined) {
      await secrets.create(await findSecretName(controlPlane, id), {
        database_url: databaseUrl,
        transport_key: randomBytes(32).toString("base64"),
      });
    }
    await tenants.provision(id);
    await prepareTenantDatabase(await tenants.database(id), id);
  } catch (error) {
    await controlPlane.run("delete from public.clients where id = $1", [id]); // nobody has used it yet
    throw error;
  }
  return findTenant(installation, id);
}

/** Two tenants in one database would see each other. Closes it. */
async function assertEmpty(database: Database): Promise<void> {
  const tables = await database
    .row(
      z.object({ count: z.coerce.number() }),
      "select count(*) as count from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace",
    )
    .finally(() => database.close());
  if (tables?.count !== 0)
    throw new Refused("The database behind the DSN holds tables already. A tenant needs an empty one of its own.");
}

// An operator's hold stands above an owner's: an owner does not lift it, and it is noted where an owner had stopped the tenant already.
const SUSPEND = `
  update public.clients set status = 'suspended', suspended_by = 'operator'
  where id = $1 and status in ('active', 'suspended') and suspended_by is distinct from 'operator'`;
// Where an owner had asked for its deletion, it goes back to that: the owner takes it back, or whoever resumes it once more.
const RESUME = `
  update public.clients set
    status = case when delete_after is null or suspended_by = 'owner' then 'active' else 'suspended' end,
    suspended_by = case when delete_after is null or suspended_by = 'owner' then null else 'owner' end,
    delete_after = case when suspended_by = 'owner' then null else delete_after end
  where id = $1 and status = 'suspended'`;

/** From then on no key and no member of a suspended tenant is let in, within a minute. */
export async function setSuspended(installation: Installation, clientId: string, isSuspended: boolean): Promise<Tenant> {
  await findTenant(installation, clientId);
  await installation.controlPlane.transaction(async (transaction) => {
    const changed = await transaction.run(isSuspended ? SUSPEND : RESUME, [clientId]);
    if (changed > 0) await audit(transaction, clientId, isSuspended ? "tenant.suspended" : "tenant.resumed");
  });
  return findTenant(installation, clientId);
}

/** Brings tenants' databases to this version's schema, before its Vaults are started: migrations only add, so those that run go on. */
export async function migrateTenants(
  installation: Installation,
  clientIds: string[],
  onDone: (clientId: string, applied: string[]) => void,
): Promise<void> {
  const ids = clientIds.length > 0 ? clientIds : await installation.tenants.active();
  for (const clientId of ids) {
    await findTenant(installation, clientId);
    onDone(clientId, await prepareTenantDatabase(await installation.tenants.database(clientId), clientId));
  }
}
