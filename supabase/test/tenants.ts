import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApiKey, parseApiKey } from "@ledgix/contract/api-key";
import { roles } from "@ledgix/contract/permissions";
import { z } from "zod";
import type { Caller, ControlPlaneUnderTest, Way } from "./ways.ts";

export const tables = ["clients", "memberships", "invitations", "api_keys", "api_key_uses", "api_key_refusals", "audit_events"];

/** Two tenants: one with a member of each role, and a stranger's. Each table holds a row of both. */
export type Tenants = Pick<ControlPlaneUnderTest, "database"> & {
  acme: string;
  other: string;
  /** By name: the roles, "stranger", and whoever was added. */
  users: Record<string, string>;
  as(name: string | null, sessionId?: string): Caller;
  addUser(name: string): Promise<string>;
  /** Makes a user a member of the first tenant. */
  join(name: string, role: string): Promise<string>;
  roleOf(name: string): Promise<string | null>;
  close(): Promise<void>;
};

export async function openTenants({ open }: Way): Promise<Tenants> {
  const directory = await mkdtemp(join(tmpdir(), "ledgix-supabase-"));
  const { database, as, close } = await open(directory);
  const [acme, other] = [crypto.randomUUID(), crypto.randomUUID()];
  const users: Record<string, string> = {};

  async function addUser(name: string): Promise<string> {
    const id = crypto.randomUUID();
    users[name] = id;
    await database.run("insert into auth.users (id, email) values ($1, $2)", [id, `${name}@example.com`]);
    return id;
  }
  async function addMember(client: string, name: string, role: string): Promise<void> {
    await database.run("insert into public.memberships (client_id, user_id, email, role) values ($1, $2, $3, $4)", [
      client,
      users[name] ?? "",
      `${name}@example.com`,
      role,
    ]);
  }

  for (const name of [...roles, "stranger"]) await addUser(name);
  for (const client of [acme, other]) await fill(database, client);
  for (const role of roles) await addMember(acme, role, role);
  await addMember(other, "stranger", "owner");

  return {
    database,
    acme,
    other,
    users,
    addUser,
    as: (name, sessionId) => as(name === null ? null : { userId: users[name] ?? "", ...(sessionId && { sessionId }) }),
    async join(name, role) {
      const id = await addUser(name);
      await addMember(acme, name, role);
      return id;
    },
    async roleOf(name) {
      const found = await database.row(
        z.object({ role: z.string() }),
        "select role from public.memberships where client_id = $1 and user_id = $2",
        [acme, users[name] ?? ""],
      );
      return found?.role ?? null;
    },
    async close() {
      await close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A row in each table. */
async function fill(database: ControlPlaneUnderTest["database"], client: string): Promise<void> {
  await database.run("insert into public.clients (id, name) values ($1, 'T')", [client]);
  for (const sql of [
    "insert into public.invitations (client_id, email, role, expires_at) values ($1, 'x@example.com', 'admin', now())",
    `insert into public.api_keys (client_id, name, environment, scopes, prefix)
     values ($1, 'k', 'development', '{clearance}', 'sk_development_000000')`,
    "insert into public.api_key_uses (key_id, client_id, runtime, last_from) select id, client_id, 'r', 'f' from public.api_keys where client_id = $1",
    `insert into public.api_key_refusals (key_id, client_id, reason, called_environment, last_runtime, last_from)
     select id, client_id, 'revoked', 'development', 'r', 'f' from public.api_keys where client_id = $1`,
    "insert into public.audit_events (client_id, action, target) values ($1, 'a', 't')",
    "insert into private.api_key_hashes (key_id, hash) select id, encode(sha256(id::text::bytea), 'hex') from public.api_keys where client_id = $1",
    "insert into private.invitation_hashes (invitation_id, hash) select id, encode(sha256(id::text::bytea), 'hex') from public.invitations where client_id = $1",
  ])
    await database.run(sql, [client]);
}

/** A token as the console makes it. */
export const newToken = () => randomBytes(32).toString("base64url");

/** What `create_api_key` takes. */
export function newKey(client: string, name = "n") {
  const parsed = parseApiKey(createApiKey("development", randomBytes(32)));
  return {
    client,
    key_name: name,
    key_environment: "development",
    key_scopes: ["clearance"],
    key_prefix: parsed?.prefix ?? "",
    hash: parsed?.hash ?? "",
  };
}
