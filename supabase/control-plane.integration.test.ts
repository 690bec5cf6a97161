import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createApiKey, parseApiKey } from "@ledgix/contract/api-key";
import { roles } from "@ledgix/contract/permissions";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { generateDatabaseTypes } from "../scripts/database-types.ts";
import { newKey, openTenants, type Tenants, tables } from "./test/tenants.ts";
import { ways } from "./test/ways.ts";

describe.each(ways)("$way", (way) => {
  let at: Tenants;
  beforeAll(async () => {
    at = await openTenants(way);
  });
  afterAll(() => at.close());

  describe("row level security", () => {
    it.each(tables)("%s: anon reads and writes nothing", async (table) => {
      const nobody = at.as(null);
      for (const attempt of [
        () => nobody.read(table),
        () => nobody.remove(table),
        () => nobody.insert(table, { [table === "clients" ? "id" : "client_id"]: at.acme }),
      ])
        await expect(attempt()).rejects.toThrow(/permission denied/);
    });

    it.each(roles.flatMap((role) => tables.map((table) => [role, table] as const)))(
      "%s reads of %s what is their tenant's alone",
      async (role, table) => {
        const client = table === "clients" ? "id" : "client_id";
        const seen = async (who: string, tenant: string) => (await at.as(who).read(table, "*", { [client]: tenant })).length;
        const hidden = { invitations: ["reviewer", "compliance"], audit_events: ["reviewer"] }[table] ?? [];
        expect(await seen(role, at.acme)).toBe(hidden.includes(role) ? 0 : table === "memberships" ? 4 : 1);
        expect(await seen(role, at.other)).toBe(0);
        expect(await seen("stranger", at.acme)).toBe(0);
      },
    );

    it("shows nothing to a session that was signed out, and takes nothing from it", async () => {
      const session = crypto.randomUUID();
      const signedIn = at.as("owner", session);
      const seen = async () => (await signedIn.read("memberships")).length;
      const rename = () => signedIn.call("rename_tenant", { client: at.acme, tenant_name: "T" });
      expect(await seen()).toBe(0);
      await expect(rename()).rejects.toThrow("There is no such tenant.");
      await expect(signedIn.call("create_tenant", { tenant_name: "Ghost" })).rejects.toThrow("Sign in");
      await at.database.run("insert into auth.sessions (id, user_id) values ($1, $2)", [session, at.users.owner ?? ""]);
      expect(await seen()).toBe(4);
      await rename();
      await at.database.run("delete from auth.sessions where id = $1", [session]);
      expect(await seen()).toBe(0);
    });
  });

  describe("keys", () => {
    const keyOf = async (client: string) =>
      (
        await at.database.row(
          z.object({ id: z.string() }),
          "select id from public.api_keys where client_id = $1 order by created_at",
          [client],
        )
      )?.id ?? "";

    it.each(["reviewer", "compliance", "stranger"])("%s creates and revokes no key of the tenant", async (who) => {
      await expect(at.as(who).call("create_api_key", newKey(at.acme))).rejects.toThrow(/owner or an admin|no such tenant/);
      await expect(at.as(who).call("revoke_api_key", { key_id: await keyOf(at.acme) })).rejects.toThrow(
        /owner or an admin|no such key/,
      );
    });

    it.each(["owner", "admin"])("%s creates and revokes a key, and the audit trail says who", async (who) => {
      const id = z.string().parse(await at.as(who).call("create_api_key", newKey(at.acme)));
      await at.as(who).call("revoke_api_key", { key_id: id });
      const events = await at.as("owner").read("audit_events", "action, actor_email", { target: id });
      expect(events).toEqual(["key.created", "key.revoked"].map((action) => ({ action, actor_email: `${who}@example.com` })));
    });

    it("are kept as hashes, in no table that an API offers", async () => {
      const given = newKey(at.acme);
      const id = z.string().parse(await at.as("owner").call("create_api_key", given));
      const rows = await at.database.rows(
        z.object({ row: z.string() }),
        "select to_jsonb(k)::text as row from public.api_keys k",
      );
      for (const { row } of rows) expect(row).not.toMatch(/sk_development_[0-9A-Za-z]{49}|[0-9a-f]{64}/);
      const kept = await at.database.row(
        z.object({ hash: z.string() }),
        "select hash from private.api_key_hashes where key_id = $1",
        [id],
      );
      expect(kept?.hash).toBe(given.hash);
    });

    it.each([
      ["another environment's prefix", { key_prefix: "sk_production_abcdef" }],
      ["a whole key as prefix", { key_prefix: createApiKey("development", randomBytes(32)) }],
      ["an environment that is a pattern", { key_environment: "(a*)*b" }],
      ["a name on two lines", { key_name: "a\r\nBcc: b" }],
      ["a name of blanks", { key_name: "  " }],
    ])("are not made with %s", async (_, wrong) => {
      await expect(at.as("owner").call("create_api_key", { ...newKey(at.acme), ...wrong })).rejects.toMatchObject({
        code: "PT422",
      });
    });

    const keyRow = z.object({
      family_id: z.string(),
      replaced_by: z.string().nullable(),
      ends_in: z.number().nullable(),
    });
    const read = (id: string) =>
      at.database.row(
        keyRow,
        "select family_id, replaced_by, extract(epoch from expires_at - now())::double precision as ends_in from public.api_keys where id = $1",
        [id],
      );
    const rotate = async (who: string, id: string, overlap: string) => {
      const parsed = parseApiKey(createApiKey("development", randomBytes(32)));
      return z.string().parse(
        await at.as(who).call("rotate_api_key", {
          key_id: id,
          new_prefix: parsed?.prefix ?? "",
          hash: parsed?.hash ?? "",
          overlap,
        }),
      );
    };

    it("are rotated to a successor of the same family, and the old one ends after the overlap", async () => {
      const old = z.string().parse(await at.as("owner").call("create_api_key", newKey(at.acme)));
      for (const who of ["compliance", "stranger"])
        await expect(rotate(who, old, "1 day")).rejects.toThrow(/owner or an admin|no such key/);
      await expect(rotate("owner", old, "31 days")).rejects.toThrow(/30 days/);
      const successor = await rotate("admin", old, "1 day");
      const before = await read(old);
      expect(before).toMatchObject({ replaced_by: successor, family_id: old });
      expect(before?.ends_in).toBeGreaterThan(86_000);
      expect(before?.ends_in).toBeLessThanOrEqual(86_400);
      expect(await read(successor)).toMatchObject({ family_id: old, replaced_by: null, ends_in: null });
      await expect(rotate("owner", old, "1 day")).rejects.toThrow(/rotated already/);
      expect(await rotate("owner", successor, "0")).toBeTruthy();
      await expect(rotate("owner", successor, "0")).rejects.toThrow(/has ended/);
    });
  });

  describe("stopping a tenant", () => {
    const status = async () =>
      at.database.row(
        z.object({ status: z.string(), is_leaving: z.boolean() }),
        "select status, delete_after is not null as is_leaving from public.clients where id = $1",
        [at.acme],
      );
    const stops = ["suspend_tenant", "resume_tenant", "request_tenant_deletion"] as const;
    const stop = (who: string, name: (typeof stops)[number], confirmed_name = "T") =>
      at.as(who).call(name, { client: at.acme, ...(name === "request_tenant_deletion" && { confirmed_name }) });

    it.each(["admin", "reviewer", "compliance", "stranger"])("%s neither stops, resumes nor deletes it", async (who) => {
      for (const name of stops) await expect(stop(who, name)).rejects.toThrow(/Only an owner|no such tenant/);
    });

    it("an owner stops and resumes it; deletion wants its name, and can be taken back", async () => {
      await at.database.run("update public.clients set status = 'active' where id = $1", [at.acme]);
      await stop("owner", "suspend_tenant");
      expect(await status()).toEqual({ status: "suspended", is_leaving: false });
      await stop("owner", "resume_tenant");
      await expect(stop("owner", "request_tenant_deletion", "another")).rejects.toThrow(/exactly/);
      await stop("owner", "request_tenant_deletion");
      expect(await status()).toEqual({ status: "suspended", is_leaving: true });
      await stop("owner", "resume_tenant");
      expect(await status()).toEqual({ status: "active", is_leaving: false });
    });

    it.each(["'operator'", "null"])("what an owner did not stop, an owner does not start: suspended by %s", async (by) => {
      await at.database.run(`update public.clients set status = 'suspended', suspended_by = ${by} where id = $1`, [at.acme]);
      for (const name of stops)
        await stop("owner", name).catch((error: unknown) => expect(String(error)).toContain("operator suspended this tenant"));
      expect(await status()).toEqual({ status: "suspended", is_leaving: false });
      await at.database.run("update public.clients set status = 'active' where id = $1", [at.acme]);
      await stop("owner", "suspend_tenant");
      await stop("owner", "resume_tenant");
      expect(await status()).toEqual({ status: "active", is_leaving: false });
    });
  });
});

it("a tenant's audit events become visible in the order of their ids", async () => {
  const at = await openTenants(ways[0] ?? expect.fail("There is a way."));
  const finished: string[] = [];
  const gate = Promise.withResolvers<void>();
  const createKey = (name: string, then: () => Promise<void>) =>
    at.database
      .transaction(async (transaction) => {
        await transaction.run("select set_config('request.jwt.claim.sub', $1, true)", [at.users.stranger ?? ""]);
        const { client, key_prefix, hash } = newKey(at.other);
        await transaction.run("select public.create_api_key($1, $2, 'development', array['clearance'], $3, $4)", [
          client,
          name,
          key_prefix,
          hash,
        ]);
        await then();
      })
      .then(() => finished.push(name));
  const written = Promise.withResolvers<void>();
  const first = createKey("First", async () => {
    written.resolve();
    await gate.promise;
  });
  await Promise.race([written.promise, first]);
  const second = createKey("Second", async () => {});
  // Long enough for the second to come first, were it not held.
  setTimeout(gate.resolve, 300);
  await Promise.all([first, second]);
  expect(finished).toEqual(["First", "Second"]);
  await at.close();
});

it("the generated rows are those of the migrations", async () => {
  const kept = await readFile(new URL("../lib/supabase/database.types.ts", import.meta.url), "utf8");
  expect(kept).toBe(await generateDatabaseTypes());
});
