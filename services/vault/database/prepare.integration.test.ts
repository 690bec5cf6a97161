import { openPglite } from "@ledgix/tenancy/pglite";
import { describe, expect, it } from "vitest";
import { prepareTenantDatabase } from "./prepare.ts";

describe("a tenant's database", () => {
  it("is of the tenant that it was first prepared for, and of no other", async () => {
    const database = await openPglite();
    const [owner, other] = [crypto.randomUUID(), crypto.randomUUID()];
    expect(await prepareTenantDatabase(database, owner)).toContain("013_database_owner.sql");
    expect(await prepareTenantDatabase(database, owner)).toEqual([]);
    await expect(prepareTenantDatabase(database, other)).rejects.toThrow(`the database of tenant ${owner}`);
    await database.close();
  });
});
