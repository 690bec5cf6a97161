import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApiKey, hashApiKey } from "@ledgix/contract/api-key";
import type { Database, Queryable } from "@ledgix/tenancy/database";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { migrateControlPlane, openControlPlaneForTests } from "../services/local/test/control-plane-database.ts";

// What an installation of an earlier version holds, brought to this one.

const EARLIER = "20261127";
const tenant = crypto.randomUUID();
const inviter = crypto.randomUUID();
const invited = crypto.randomUUID();
const key = createApiKey("production", randomBytes(32));
const token = randomBytes(32).toString("base64url");
let directory: string;
let database: Database;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ledgix-upgrade-"));
  ({ database } = await openControlPlaneForTests(directory, { before: EARLIER }));
  await database.run("insert into auth.users (id, email) values ($1, 'inviter@example.com'), ($2, 'Invited@example.com')", [
    inviter,
    invited,
  ]);
  await database.run("insert into public.clients (id, name, tenant_secret_ref) values ($1, 'Acme', 'elsewhere/acme')", [tenant]);
  await database.run(
    "insert into public.memberships (client_id, user_id, email, role) values ($1, $2, 'inviter@example.com', 'owner')",
    [tenant, inviter],
  );
  await database.run(
    `insert into public.api_keys (client_id, name, environment, scopes, prefix, key_hash)
     values ($1, 'worker', 'production', '{clearance}', 'sk_production_abcdef', $2)`,
    [tenant, hashApiKey(key)],
  );
  await database.run(
    `insert into public.invitations (client_id, email, role, token_hash, invited_by, expires_at) values
       ($1, 'invited@example.com', 'reviewer', encode(sha256(convert_to($2, 'UTF8')), 'hex'), $3, now() + interval '1 day'),
       ($1, 'odd@example.com', 'reviewer', 'written past the console', $3, now() + interval '1 day')`,
    [tenant, token, inviter],
  );
  // As Supabase Lite did.
  await database.script("grant all on all tables in schema public to anon, authenticated, service_role");
  await migrateControlPlane(database, { from: EARLIER });
});
afterAll(async () => {
  await database.close();
  await rm(directory, { recursive: true });
});

const asInvited = <Result>(work: (transaction: Queryable) => Promise<Result>) =>
  database.transaction(async (transaction) => {
    await transaction.run("select set_config('request.jwt.claim.sub', $1, true)", [invited]);
    await transaction.script("set local role authenticated");
    return work(transaction);
  });

describe("an installation of the version before", () => {
  it("keeps its keys and the names of its tenants' secrets, out of everybody's reach", async () => {
    const held = await database.row(
      z.object({ name: z.string(), hash: z.string(), secret: z.string() }),
      `select k.name, h.hash, s.name as secret from public.api_keys k
         join private.api_key_hashes h on h.key_id = k.id join private.tenant_secrets s on s.client_id = k.client_id`,
    );
    expect(held).toEqual({ name: "worker", hash: hashApiKey(key), secret: "elsewhere/acme" });
  });

  it("keeps its open invitations, which their tokens open and their hashes do not", async () => {
    const accept = (given: string) => asInvited((transaction) => transaction.run("select public.accept_invitation($1)", [given]));
    const hash = await database.row(z.object({ hash: z.string() }), "select hash from private.invitation_hashes");
    for (const given of [hash?.hash ?? "", "written past the console"])
      await expect(accept(given)).rejects.toThrow(/used, withdrawn or has expired/);
    await accept(token);
    const member = await database.row(z.object({ role: z.string() }), "select role from public.memberships where user_id = $1", [
      invited,
    ]);
    expect(member).toEqual({ role: "reviewer" });
  });

  it("takes back what a Data API had granted", async () => {
    const granted = await database.rows(
      z.object({ grantee: z.string(), privilege: z.string() }),
      `select distinct grantee::regrole::text as grantee, privilege_type as privilege
       from pg_class c, aclexplode(c.relacl) where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
         and grantee::regrole::text in ('anon', 'authenticated')`,
    );
    expect(granted).toEqual([{ grantee: "authenticated", privilege: "SELECT" }]);
  });
});
