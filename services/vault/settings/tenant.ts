import { DEFAULT_RETENTION_DAYS, retentionDays, type TenantSettings, type tenantSettingsUpdate } from "@ledgix/contract/settings";
import type { Database, Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { audit } from "../access/audit.ts";
import { type Principal, principalLabel } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";
import type { IfMatch } from "../http/if-match.ts";
import { propose } from "../proposals/propose.ts";
import { saveDocument } from "./save.ts";
import { readVersion, settingsRow } from "./version.ts";

const stored = z.object({ delivery_retention_days: retentionDays.default(DEFAULT_RETENTION_DAYS) });

const document = settingsRow("tenant", stored);

async function storedTenantSettings(database: Queryable): Promise<z.infer<typeof stored>> {
  const row = await database.row(z.object({ value: stored }), "select value from settings where name = 'tenant'");
  return row?.value ?? stored.parse({});
}

export async function readTenantSettings(
  { config }: Pick<VaultDependencies, "config">,
  database: Queryable,
): Promise<TenantSettings> {
  const version = await readVersion(database, document);
  return { environment: config.VAULT_ENVIRONMENT, ...(await storedTenantSettings(database)), version };
}

/** From a key it is a proposal, that a member confirms. @throws {ProblemError} `settings_changed` */
export async function updateTenantSettings(
  deps: Pick<VaultDependencies, "config" | "controlPlane">,
  database: Database,
  principal: Principal,
  update: z.infer<typeof tenantSettingsUpdate>,
  ifMatch: IfMatch,
): Promise<TenantSettings> {
  if (principal.kind === "key") {
    await propose(deps, database, principal, { kind: "tenant_settings", value: update });
    return readTenantSettings(deps, database);
  }
  const write = async (transaction: Queryable) => {
    const before = await storedTenantSettings(transaction);
    await transaction.run(
      `insert into settings (name, value, updated_by) values ('tenant', $1::json, $2)
       on conflict (name) do update set value = excluded.value, updated_by = excluded.updated_by, updated_at = now()`,
      [JSON.stringify(update), principalLabel(principal)],
    );
    await audit(deps, principal, "settings.retention_changed", "tenant-settings", { before, after: update });
  };
  const read = (transaction: Queryable) => readTenantSettings(deps, transaction);
  return saveDocument(database, document, { ifMatch, by: principalLabel(principal), read, write });
}

/** Rows that one round forgets at most. */
const BATCH = 5_000;

/** Forgets deliveries, and the announcements that they were made from, that are older than the tenant keeps them. What waits stays. */
export async function forgetDeliveries(database: Database): Promise<void> {
  const { delivery_retention_days: days } = await storedTenantSettings(database);
  await database.run(
    `delete from deliveries where delivery_id in (
       select delivery_id from deliveries where status <> 'waiting' and settled_at < now() - make_interval(days => $1) limit ${BATCH})`,
    [days],
  );
  await database.run(
    `delete from outbox where id in (
       select o.id from outbox o where o.planned_at < now() - make_interval(days => $1)
         and not exists (select from deliveries d where d.outbox_id = o.id) limit ${BATCH})`,
    [days],
  );
}
