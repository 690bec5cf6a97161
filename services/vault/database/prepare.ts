import { fileURLToPath } from "node:url";
import type { Database } from "@ledgix/tenancy/database";
import { migrate } from "@ledgix/tenancy/migrate";
import { assertOwner, claimDatabase } from "./owner.ts";

const MIGRATIONS = fileURLToPath(new URL("migrations/", import.meta.url));

/**
 * Brings a tenant's database to the current schema. Vault owns that schema; the judge finds it ready.
 *
 * @returns what was applied now
 * @throws {DatabaseOfAnother} where another tenant's secret named it first
 */
export async function prepareTenantDatabase(database: Database, clientId: string): Promise<string[]> {
  await assertOwner(database, clientId);
  const applied = await migrate(database, MIGRATIONS);
  await claimDatabase(database, clientId);
  return applied;
}
