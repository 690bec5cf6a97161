import { OperatorError } from "@ledgix/configuration/operator-error";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";

/** A tenant's secret names the database of another tenant. */
export class DatabaseOfAnother extends OperatorError {
  override name = "DatabaseOfAnother";
}

/** The first tenant whose secret names a database owns it. @throws {DatabaseOfAnother} */
export async function claimDatabase(database: Queryable, clientId: string): Promise<void> {
  await database.run("insert into database_owner (client_id) values ($1) on conflict do nothing", [clientId]);
  await assertOwner(database, clientId);
}

/** Passes where nobody owns the database yet. @throws {DatabaseOfAnother} */
export async function assertOwner(database: Queryable, clientId: string): Promise<void> {
  const owner = await ownerOf(database);
  if (owner === null || owner === clientId) return;
  throw new DatabaseOfAnother(
    `The secret of tenant ${clientId} leads to the database of tenant ${owner}. Name its own as database_url.`,
  );
}

/** The tenant whose database it is; null before its first migration to a version that asks. */
export async function ownerOf(database: Queryable): Promise<string | null> {
  const known = await database.row(
    z.object({ is_known: z.boolean() }),
    "select to_regclass('database_owner') is not null as is_known",
  );
  if (!known?.is_known) return null;
  const owner = await database.row(z.object({ client_id: z.string() }), "select client_id from database_owner");
  return owner?.client_id ?? null;
}
