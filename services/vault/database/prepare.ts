import { fileURLToPath } from "node:url";
import type { Database } from "@ledgix/tenancy/database";
import { migrate } from "@ledgix/tenancy/migrate";

const MIGRATIONS = fileURLToPath(new URL("migrations/", import.meta.url));

/** Brings a tenant's database to the current schema. Vault owns that schema; the judge finds it ready. @returns what was applied now */
export function prepareTenantDatabase(database: Database): Promise<string[]> {
  return migrate(database, MIGRATIONS);
}
