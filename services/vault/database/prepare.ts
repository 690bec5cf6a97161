import { fileURLToPath } from "node:url";
import type { Database } from "@ledgix/tenancy/database";
import { migrate } from "@ledgix/tenancy/migrate";

const MIGRATIONS = fileURLToPath(new URL("migrations/", import.meta.url));

/** Brings a tenant's database to the current schema. Vault owns that schema; the judge finds it ready. */
export async function prepareTenantDatabase(database: Database): Promise<void> {
  await migrate(database, MIGRATIONS);
}
