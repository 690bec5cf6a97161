import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createApiKey, parseApiKey } from "@ledgix/contract/api-key";
import { roles } from "@ledgix/contract/permissions";
import type { Queryable } from "@ledgix/tenancy/database";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { generateDatabaseTypes } from "../scripts/database-types.ts";
import { type Stack, startStack } from "../services/local/test/stack.ts";

let stack: Stack;
const acme = crypto.randomUUID();
const other = crypto.randomUUID();
const users = Object.fromEntries([...roles, "stranger"].map((name) => [name, crypto.randomUUID()]));
const tables = ["clients", "memberships", "invitations", "api_keys", "api_key_uses", "api_key_refusals", "audit_events"];

beforeAll(async () => {
  stack = await startStack();
  for (const [name, id] of Object.entries(users))
    await stack.controlPlane.run("insert into auth.users values ($1, $2)", [id, `${name}@example.com`]);
  for (const client of [acme, other]) {
    await stack.controlPlane.run("insert into public.clients (id, name) values ($1, 'T')", [client]);
    await stack.controlPlane.run(
      "insert into public.invitations (client_id, email, role, expires_at) values ($1, 'x@example.com', 'admin', now())",
      [client],
    );
    await stack.controlPlane.run(
      "insert into public.api_keys (client_id, name, environment, scopes, prefix) values ($1, 'k', 'development', '{clearance}', 'sk')",
      [client],
    );
    await stack.controlPlane.run(
      "insert into public.api_key_uses (key_id, client_id, runtime, last_from) select id, client_id, 'r', 'f' from public.api_keys where client_id = $1",
      [client],
    );
    await stack.controlPlane.run(
      `insert into public.api_key_refusals (key_id, client_id, reason, called_environment, last_runtime, last_from)
       select id, client_id, 'revoked', 'development', 'r', 'f' from public.api_keys where client_id = $1`,
      [client],
    );
    await stack.controlPlane.run("insert into public.audit_events (client_id, action, target) values ($1, 'a', 't')", [client]);
  }
  for (const role of roles) {
    await stack.controlPlane.run("insert into public.memberships (client_id, user_id, email, role) values ($1, $2, 'm', $3)", [
      acme,
      users[role] ?? "",
      role,
    ]);
  }
  await stack.controlPlane.run("insert into public.memberships (client_id, user_id, email, role) values ($1, $2, 'm', 'owner')", [
    other,
    users.stranger ?? "",
  ]);
});
afterAll(() => stack.close());

/** Runs as the Data API does for a signed-in user, or for nobody. */
function as<Result>(user: string | null, work: (transaction: Queryable) => Promise<Result>): Promise<Result> {
  return stack.controlPlane.transaction(async (transaction) => {
    await transaction.run("select set_config('request.jwt.claim.sub', $1, true)", [user ? (users[user] ?? "") : ""]);
    await transaction.script(`set local role ${user ? "authenticated" : "anon"}`);
    return work(transaction);
  });
}
const count = z.object({ n: z.coerce.number() });

describe("row level security", () => {
  it.each(tables)("%s: anon reads and writes nothing", async (table) => {
    for (const sql of [
      `select * from public.${table}`,
      `delete from public.${table}`,
      `insert into public.${table} default values`,
    ]) {
      await expect(as(null, (transaction) => transaction.run(sql))).rejects.toThrow(/permission denied/);
    }
  });

  it.each(roles.flatMap((role) => tables.map((table) => [role, table] as const)))(
    "%s reads of %s what is their tenant's alone",
    async (role, table) => {
      const client = table === "clients" ? "id" : "client_id";
      const seen = (who: string, tenant: string) =>
        as(who, (transaction) =>
          transaction.row(count, `select count(*) as n from (select * from public.${table} where ${client} = $1) rows`, [tenant]),
        );
      const hidden = { invitations: ["reviewer", "compliance"], audit_events: ["reviewer"] }[table] ?? [];
      expect((await seen(role, acme))?.n).toBe(hidden.includes(role) ? 0 : table === "memberships" ? 4 : 1);
      expect((await seen(role, other))?.n).toBe(0);
      expect((await seen("stranger", acme))?.n).toBe(0);
    },
  );

  it("shows nothing to a session that was signed out, and takes nothing from it", async () => {
    const session = crypto.randomUUID();
    const inSession = <Result>(work: (transaction: Queryable) => Promise<Result>) =>
      as("owner", async (transaction) => {
        await transaction.run("select set_config('request.jwt.claims', $1, true)", [JSON.stringify({ session_id: session })]);
        return work(transaction);
      });
    const seen = () => inSession((transaction) => transaction.row(count, "select count(*) as n from public.memberships"));
    const rename = () =>
      inSession((transaction) => transaction.run("select public.rename_tenant($1, (select name from public.clients))", [acme]));
    expect((await seen())?.n).toBe(0);
    await expect(rename()).rejects.toThrow("Only an owner renames the tenant.");
    await expect(inSession((transaction) => transaction.run("select public.create_tenant('Ghost')"))).rejects.toThrow();
    await stack.controlPlane.run("insert into auth.sessions (id, user_id) values ($1, $2)", [session, users.owner ?? ""]);
    expect((await seen())?.n).toBe(4);
    await rename();
    await stack.controlPlane.run("delete from auth.sessions where id = $1", [session]);
    expect((await seen())?.n).toBe(0);
  });

  it.each(["owner", "stranger"])("%s cannot write a table directly, nor read a hash or a secret's name", async (who) => {
    for (const sql of [
      "insert into public.memberships (client_id, user_id, email, role) select id, gen_random_uuid(), 'x', 'owner' from public.clients",
      "update public.clients set name = 'mine'",
      "delete from public.audit_events",
      "select hash from private.api_key_hashes",
      "select hash from private.invitation_hashes",
      "select name from private.tenant_secrets",
    ]) {
      await expect(as(who, (transaction) => transaction.run(sql))).rejects.toThrow(/permission denied/);
    }
  });
});

describe("administrative functions", () => {
  const create = (hash = randomBytes(32).toString("hex")) =>
    `select public.create_api_key('${acme}', 'n', 'development', '{clearance}', 'sk_development_x', '${hash}') as id`;

  it.each(["reviewer", "compliance", "stranger"])("%s creates and revokes no key of the tenant", async (who) => {
    await expect(as(who, (transaction) => transaction.run(create()))).rejects.toThrow(/Only an owner or an admin/);
    const key = await stack.controlPlane.row(
      z.object({ id: z.string() }),
      "select id from public.api_keys where client_id = $1 limit 1",
      [acme],
    );
    await expect(as(who, (transaction) => transaction.run("select public.revoke_api_key($1)", [key?.id ?? ""]))).rejects.toThrow(
      /owner or an admin|no such key/,
    );
  });

  it.each(["owner", "admin"])("%s creates and revokes a key, and the audit trail says who", async (who) => {
    const key = await as(who, (transaction) => transaction.row(z.object({ id: z.string() }), create()));
    await as(who, (transaction) => transaction.run("select public.revoke_api_key($1)", [key?.id ?? ""]));
    const events = await as("owner", (transaction) =>
      transaction.rows(
        z.object({ action: z.string(), actor_email: z.string() }),
        "select action, actor_email from public.audit_events where target = $1 order by id",
        [key?.id ?? ""],
      ),
    );
    expect(events).toEqual(["key.created", "key.revoked"].map((action) => ({ action, actor_email: `${who}@example.com` })));
  });

  it("make the caller the owner of a new tenant, and nobody without a session", async () => {
    const made = await as("stranger", (transaction) =>
      transaction.row(z.object({ id: z.string() }), "select public.create_tenant('  New  ') as id"),
    );
    const role = await as("stranger", (transaction) =>
      transaction.row(z.object({ role: z.string() }), "select role from public.memberships where client_id = $1", [
        made?.id ?? "",
      ]),
    );
    expect(role?.role).toBe("owner");
    await expect(as(null, (transaction) => transaction.run("select public.create_tenant('x')"))).rejects.toThrow(
      /permission denied/,
    );
  });

  it("never hold a key: the control plane keeps its hash alone", async () => {
    const rows = await stack.controlPlane.rows(
      z.object({ row: z.string() }),
      "select to_jsonb(k)::text as row from public.api_keys k",
    );
    for (const { row } of rows) expect(row).not.toMatch(/sk_development_[0-9A-Za-z]{49}/);
  });
});

describe("members", () => {
  const hash = () => randomBytes(32).toString("hex");
  const invite = (who: string, email: string, role: string, token: string) =>
    as(who, (transaction) => transaction.run("select public.invite_member($1, $2, $3, $4)", [acme, email, role, token]));
  const addUser = async (name: string) => {
    users[name] = crypto.randomUUID();
    await stack.controlPlane.run("insert into auth.users values ($1, $2)", [users[name] ?? "", `${name}@example.com`]);
  };
  const roleOf = async (name: string) =>
    (
      await stack.controlPlane.row(
        z.object({ role: z.string() }),
        "select role from public.memberships where client_id = $1 and user_id = $2",
        [acme, users[name] ?? ""],
      )
    )?.role ?? null;

  it.each(["reviewer", "compliance", "stranger"])("%s invites nobody, changes no role and removes nobody", async (who) => {
    await expect(invite(who, "new@example.com", "reviewer", hash())).rejects.toThrow(/owner or an admin|no such tenant/);
    for (const sql of ["select public.change_role($1, $2, 'reviewer')", "select public.remove_member($1, $2)"])
      await expect(as(who, (transaction) => transaction.run(sql, [acme, users.admin ?? ""]))).rejects.toThrow(
        /owner or an admin|no such tenant/,
      );
  });

  it("an invitation is for its address alone, once; a second one replaces the first", async () => {
    await addUser("invited");
    const [first, second] = [hash(), hash()];
    await invite("admin", " Invited@example.com ", "reviewer", first);
    await invite("admin", "invited@example.com", "compliance", second);
    const accept = (who: string, token: string) =>
      as(who, (transaction) => transaction.run("select public.accept_invitation($1)", [token]));
    await expect(accept("invited", first)).rejects.toThrow(/used, withdrawn or has expired/);
    await expect(accept("stranger", second)).rejects.toThrow(/is for invited@example.com/);
    const described = await as(null, (transaction) =>
      transaction.row(z.object({ it: z.json() }), "select public.describe_invitation($1) as it", [second]),
    );
    expect(described?.it).toEqual({ tenant: "T", email: "invited@example.com", role: "compliance" });
    await accept("invited", second);
    expect(await roleOf("invited")).toBe("compliance");
    await expect(accept("invited", second)).rejects.toThrow(/used, withdrawn or has expired/);
    await expect(invite("admin", "invited@example.com", "reviewer", hash())).rejects.toThrow(/member already/);
  });

  it("an invitation ends after seven days", async () => {
    const token = hash();
    await invite("owner", "late@example.com", "reviewer", token);
    await addUser("late");
    await stack.controlPlane.run("update public.invitations set expires_at = now() where email = 'late@example.com'");
    await expect(as("late", (transaction) => transaction.run("select public.accept_invitation($1)", [token]))).rejects.toThrow(
      /has expired/,
    );
  });

  it("admins make and unmake no owners, and the last owner stays", async () => {
    await expect(invite("admin", "boss@example.com", "owner", hash())).rejects.toThrow(/Only an owner makes/);
    const change = (who: string, whom: string, role: string) =>
      as(who, (transaction) => transaction.run("select public.change_role($1, $2, $3)", [acme, users[whom] ?? "", role]));
    const remove = (who: string, whom: string) =>
      as(who, (transaction) => transaction.run("select public.remove_member($1, $2)", [acme, users[whom] ?? ""]));
    await expect(change("admin", "admin", "owner")).rejects.toThrow(/Only an owner/);
    await expect(change("admin", "owner", "reviewer")).rejects.toThrow(/Only an owner/);
    await expect(remove("admin", "owner")).rejects.toThrow(/Only an owner/);
    await expect(change("owner", "owner", "admin")).rejects.toThrow(/at least one owner/);
    await expect(remove("owner", "owner")).rejects.toThrow(/at least one owner/);
    await change("owner", "invited", "owner");
    await change("invited", "owner", "admin");
    expect(await roleOf("owner")).toBe("admin");
    await change("invited", "owner", "owner");
    await remove("owner", "invited");
    expect(await roleOf("invited")).toBeNull();
    await remove("reviewer", "reviewer"); // everybody may leave
    expect(await roleOf("reviewer")).toBeNull();
  });
});

describe("a role that ends", () => {
  const run = (who: string, sql: string, parameters: string[]) =>
    as(who, (transaction) => transaction.run(`select public.${sql}`, parameters));
  const join = async (name: string, role: string) => {
    users[name] = crypto.randomUUID();
    await stack.controlPlane.run("insert into auth.users values ($1, $2)", [users[name], `${name}@example.com`]);
    await stack.controlPlane.run("insert into public.memberships (client_id, user_id, email, role) values ($1, $2, $3, $4)", [
      acme,
      users[name],
      `${name}@example.com`,
      role,
    ]);
  };
  const open = async () =>
    (
      await stack.controlPlane.rows(
        z.object({ email: z.string() }),
        "select email from public.invitations where client_id = $1 and accepted_at is null and email like 'puppet%' order by email",
        [acme],
      )
    ).map(({ email }) => email);

  it.each([
    ["removed", "owner", (member: string) => run("owner", "remove_member($1, $2)", [acme, member]), []],
    ["leaves", "owner", (member: string) => run("ending", "remove_member($1, $2)", [acme, member]), []],
    ["demoted to reviewer", "owner", (member: string) => run("owner", "change_role($1, $2, 'reviewer')", [acme, member]), []],
    [
      "demoted to admin",
      "owner",
      (member: string) => run("owner", "change_role($1, $2, 'admin')", [acme, member]),
      ["puppet-reviewer@example.com"],
    ],
    ["demoted from admin", "admin", (member: string) => run("owner", "change_role($1, $2, 'compliance')", [acme, member]), []],
    ["deleted", "admin", (member: string) => stack.controlPlane.run("delete from auth.users where id = $1", [member]), []],
    [
      "made an owner",
      "admin",
      (member: string) => run("owner", "change_role($1, $2, 'owner')", [acme, member]),
      ["puppet-reviewer@example.com"],
    ],
  ] as const)("takes its open invitations with it: %s, who was %s", async (_, role, end, remaining) => {
    await join("ending", role);
    const tokens = Object.fromEntries(["owner", "reviewer"].map((invited) => [invited, randomBytes(32).toString("hex")]));
    for (const [invited, token] of Object.entries(tokens)) {
      if (invited === "owner" && role !== "owner") continue;
      await run("ending", "invite_member($1, $2, $3, $4)", [acme, `puppet-${invited}@example.com`, invited, token]);
    }
    await end(users.ending ?? "");
    expect(await open()).toEqual(remaining);
    await stack.controlPlane.run("delete from public.memberships where user_id = $1", [users.ending ?? ""]);
    await stack.controlPlane.run("delete from public.invitations where email like 'puppet%'");
    await stack.controlPlane.run("delete from auth.users where id = $1", [users.ending ?? ""]);
  });

  it("says in the audit trail which invitations ended, and goes when the whole tenant goes", async () => {
    await join("ending", "admin");
    await run("ending", "invite_member($1, 'puppet@example.com', 'reviewer', $2)", [acme, randomBytes(32).toString("hex")]);
    await run("owner", "remove_member($1, $2)", [acme, users.ending ?? ""]);
    const event = await stack.controlPlane.row(
      z.object({ detail: z.json() }),
      "select detail from public.audit_events where action = 'invitation.withdrawn' and target = 'puppet@example.com'",
    );
    expect(event?.detail).toEqual({ reason: "member_left", member: "ending@example.com" });
    const gone = crypto.randomUUID();
    await stack.controlPlane.run("insert into public.clients (id, name) values ($1, 'G')", [gone]);
    await stack.controlPlane.run(
      "insert into public.memberships (client_id, user_id, email, role) values ($1, $2, 'm', 'owner')",
      [gone, users.stranger ?? ""],
    );
    await as("stranger", (transaction) =>
      transaction.run("select public.invite_member($1, 'puppet@example.com', 'reviewer', $2)", [
        gone,
        randomBytes(32).toString("hex"),
      ]),
    );
    await stack.controlPlane.run("delete from public.clients where id = $1", [gone]);
  });

  it("leaves no way back: an invitation of the one who left, or by them, is not stored after it", async () => {
    await expect(
      stack.controlPlane.run(
        `insert into public.invitations (client_id, email, role, invited_by, expires_at)
         values ($1, 'puppet@example.com', 'reviewer', $2, now() + interval '1 day')`,
        [acme, users.ending ?? ""],
      ),
    ).rejects.toThrow(/owner or an admin manages members|foreign key/);
  });
});

describe("stopping a tenant", () => {
  const status = async () =>
    stack.controlPlane.row(
      z.object({ status: z.string(), is_leaving: z.boolean() }),
      "select status, delete_after is not null as is_leaving from public.clients where id = $1",
      [acme],
    );
  it.each(["admin", "reviewer", "compliance", "stranger"])("%s neither stops, resumes nor deletes it", async (who) => {
    for (const sql of ["suspend_tenant($1)", "resume_tenant($1)", "request_tenant_deletion($1, 'T')"])
      await expect(as(who, (transaction) => transaction.run(`select public.${sql}`, [acme]))).rejects.toThrow(
        /Only an owner|no such tenant/,
      );
  });

  it("an owner stops and resumes it; deletion wants its name, and can be taken back", async () => {
    const run = (sql: string) => as("owner", (transaction) => transaction.run(`select public.${sql}`, [acme]));
    await stack.controlPlane.run("update public.clients set status = 'active' where id = $1", [acme]);
    await run("suspend_tenant($1)");
    expect(await status()).toEqual({ status: "suspended", is_leaving: false });
    await run("resume_tenant($1)");
    await expect(run("request_tenant_deletion($1, 'another')")).rejects.toThrow(/exactly/);
    await run("request_tenant_deletion($1, 'T')");
    expect(await status()).toEqual({ status: "suspended", is_leaving: true });
    await run("resume_tenant($1)");
    expect(await status()).toEqual({ status: "active", is_leaving: false });
  });

  it.each(["'operator'", "null"])("what an owner did not stop, an owner does not start: suspended by %s", async (by) => {
    const run = (sql: string) => as("owner", (transaction) => transaction.run(`select public.${sql}`, [acme]));
    await stack.controlPlane.run(`update public.clients set status = 'suspended', suspended_by = ${by} where id = $1`, [acme]);
    for (const sql of ["suspend_tenant($1)", "resume_tenant($1)", "request_tenant_deletion($1, 'T')"])
      await run(sql).catch((error: unknown) => expect(String(error)).toContain("operator suspended this tenant"));
    expect(await status()).toEqual({ status: "suspended", is_leaving: false });
    await stack.controlPlane.run("update public.clients set status = 'active' where id = $1", [acme]);
    await run("suspend_tenant($1)");
    await run("resume_tenant($1)");
    expect(await status()).toEqual({ status: "active", is_leaving: false });
  });
});

describe("rotation of keys", () => {
  const hash = () => randomBytes(32).toString("hex");
  const keyRow = z.object({
    id: z.string(),
    family_id: z.string(),
    replaced_by: z.string().nullable(),
    ends_in: z.number().nullable(),
  });
  const read = (id: string) =>
    stack.controlPlane.row(
      keyRow,
      "select id, family_id, replaced_by, extract(epoch from expires_at - now())::double precision as ends_in from public.api_keys where id = $1",
      [id],
    );
  const rotate = (who: string, id: string, overlap: string) =>
    as(who, (transaction) =>
      transaction.row(
        z.object({ id: z.string() }),
        "select public.rotate_api_key($1, 'sk_development_y', $2, $3::interval) as id",
        [id, hash(), overlap],
      ),
    );

  it("makes a successor of the same family, and ends the old key after the overlap", async () => {
    const made = await as("owner", (transaction) =>
      transaction.row(
        z.object({ id: z.string() }),
        `select public.create_api_key('${acme}', 'n', 'development', '{clearance}', 'sk_development_x', '${hash()}') as id`,
      ),
    );
    const old = made?.id ?? "";
    for (const who of ["compliance", "stranger"])
      await expect(rotate(who, old, "1 day")).rejects.toThrow(/owner or an admin|no such key/);
    await expect(rotate("owner", old, "31 days")).rejects.toThrow(/30 days/);
    const successor = (await rotate("admin", old, "1 day"))?.id ?? "";
    const before = await read(old);
    expect(before).toMatchObject({ replaced_by: successor, family_id: old });
    expect(before?.ends_in).toBeGreaterThan(86_000);
    expect(before?.ends_in).toBeLessThanOrEqual(86_400);
    expect(await read(successor)).toMatchObject({ family_id: old, replaced_by: null, ends_in: null });
    await expect(rotate("owner", old, "1 day")).rejects.toThrow(/rotated already/);
    expect((await rotate("owner", successor, "0"))?.id).toBeTruthy();
    await expect(rotate("owner", successor, "0")).rejects.toThrow(/has ended/);
  });
});

it("a tenant's audit events become visible in the order of their ids", async () => {
  const finished: string[] = [];
  const gate = Promise.withResolvers<void>();
  const createKey = (name: string, then: () => Promise<void>) =>
    as("stranger", async (transaction) => {
      const parsed = parseApiKey(createApiKey("development", randomBytes(32)));
      await transaction.run("select public.create_api_key($1, $2, 'development', array['clearance'], $3, $4)", [
        other,
        name,
        parsed?.prefix ?? "",
        parsed?.hash ?? "",
      ]);
      await then();
    }).then(() => finished.push(name));
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
});

it("the generated rows are those of the migrations", async () => {
  const kept = await readFile(new URL("../lib/supabase/database.types.ts", import.meta.url), "utf8");
  expect(kept).toBe(await generateDatabaseTypes());
});
