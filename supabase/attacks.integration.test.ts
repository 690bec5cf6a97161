import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { newKey, newToken, openTenants, type Tenants, tables } from "./test/tenants.ts";
import { ways } from "./test/ways.ts";

// What somebody tries who calls the Data API past the console.

const text = z.object({ it: z.string() });
/** Nobody, members, one who is none any more, and another tenant's owner. */
const attackers = [null, "owner", "admin", "reviewer", "compliance", "removed", "stranger"] as const;

describe.each(ways)("$way", (way) => {
  let at: Tenants;
  let secrets: string[];
  const ownersToken = newToken();

  beforeAll(async () => {
    at = await openTenants(way);
    await at.as("owner").call("invite_member", {
      client: at.acme,
      invitee: "heir@example.com",
      invited_role: "owner",
      token: ownersToken,
    });
    await at.as("owner").call("create_api_key", newKey(at.acme));
    await at.join("removed", "admin");
    await at.as("owner").call("remove_member", { client: at.acme, member: at.users.removed ?? "" });
    const kept = await at.database.rows(
      text,
      `select hash as it from private.api_key_hashes union all select hash from private.invitation_hashes
       union all select name from private.tenant_secrets`,
    );
    secrets = kept.map(({ it }) => it);
  });
  afterAll(() => at.close());

  /** All that the tables hold, but what changes by itself. */
  const snapshot = async () => {
    const rows: string[] = [];
    for (const table of [
      ...tables.map((name) => `public.${name}`),
      "private.api_key_hashes",
      "private.invitation_hashes",
      "private.tenant_secrets",
      "private.limits",
      "private.signing_keys",
    ])
      rows.push(
        ...(await at.database.rows(text, `select '${table}' || to_jsonb(t)::text as it from ${table} t order by 1`)).map(
          ({ it }) => it,
        ),
      );
    return rows;
  };

  it.each(attackers)("%s reads no secret and nobody else's rows, whatever column they ask for", async (who) => {
    const own = who === "stranger" ? at.other : who === null || who === "removed" ? null : at.acme;
    const columns = await at.database.rows(
      z.object({ table_name: z.string(), column_name: z.string() }),
      "select table_name, column_name from information_schema.columns where table_schema = 'public'",
    );
    expect(new Set(columns.map(({ table_name }) => table_name))).toEqual(new Set(tables));
    const wanted = [...columns, ...tables.map((table_name) => ({ table_name, column_name: "*" }))];
    for (const { table_name: table, column_name: column } of wanted) {
      const client = table === "clients" ? "id" : "client_id";
      const seen = await at
        .as(who)
        .read(table, column === "*" ? "*" : `${column}, ${client}`)
        .catch(() => []);
      expect(new Set(seen.map((row) => row[client])).size).toBeLessThanOrEqual(own === null ? 0 : 1);
      for (const row of seen) expect(row[client]).toBe(own);
      for (const secret of secrets) expect(JSON.stringify(seen)).not.toContain(secret);
    }
  });

  it.each(attackers)("%s writes no table past the functions", async (who) => {
    const before = await snapshot();
    const ids: Record<string, Record<string, string>> = {
      memberships: { client_id: at.acme, user_id: at.users.stranger ?? "", email: "x@example.com", role: "owner" },
      clients: { id: crypto.randomUUID(), name: "Mine" },
    };
    for (const table of tables) {
      const given = ids[table] ?? { client_id: at.acme };
      const change: Record<string, string> =
        table === "memberships" ? { role: "owner" } : table === "clients" ? { name: "Mine" } : { client_id: at.other };
      await at
        .as(who)
        .insert(table, given)
        .catch(() => {});
      await at
        .as(who)
        .update(table, change)
        .catch(() => {});
      await at
        .as(who)
        .remove(table)
        .catch(() => {});
    }
    expect(await snapshot()).toEqual(before);
  });

  it.each(attackers)("%s does nothing with a hash, although they know it", async (who) => {
    const before = await snapshot();
    for (const secret of secrets) {
      await expect(at.as(who).call("accept_invitation", { token: secret })).rejects.toThrow(/permission denied|has expired/);
      expect(await at.as(who).call("describe_invitation", { token: secret })).toBeFalsy();
      // The names of the functions' arguments before.
      for (const name of ["accept_invitation", "describe_invitation"])
        await expect(at.as(who).call(name, { hash: secret })).rejects.toThrow(/does not exist|Could not find|permission denied/);
    }
    expect(await snapshot()).toEqual(before);
  });

  it("an admin gets no owner's invitation by replacing, withdrawing or describing it", async () => {
    const before = await snapshot();
    const [invitation] = await at.as("admin").read("invitations", "id", { email: "heir@example.com" });
    await expect(at.as("admin").call("withdraw_invitation", { invitation: String(invitation?.id) })).rejects.toThrow(
      /Only an owner/,
    );
    for (const invited_role of ["owner", "reviewer"])
      await expect(
        at.as("admin").call("invite_member", { client: at.acme, invitee: "heir@example.com", invited_role, token: newToken() }),
      ).rejects.toThrow(/Only an owner|within the last hour/);
    await expect(at.as("admin").call("accept_invitation", { token: ownersToken })).rejects.toThrow(/is for heir/);
    expect(await snapshot()).toEqual(before);
  });

  /** Each function that takes ids: its arguments with one id that is unknown, or another tenant's. */
  const withIds = (
    client: string,
    key: string,
    invitation: string,
    member: string,
    session: string,
  ): [string, Record<string, string | string[]>][] => [
    ["create_api_key", newKey(client)],
    ["revoke_api_key", { key_id: key }],
    ["rotate_api_key", { key_id: key, new_prefix: "sk_development_abcdef", hash: "0".repeat(64), overlap: "1 day" }],
    ["dismiss_key_refusal", { refused_key: key, refusal_reason: "revoked", environment: "development" }],
    ["invite_member", { client, invitee: "new@example.com", invited_role: "reviewer", token: newToken() }],
    ["withdraw_invitation", { invitation }],
    ["change_role", { client, member, new_role: "admin" }],
    ["remove_member", { client, member }],
    ["rename_tenant", { client, tenant_name: "Mine" }],
    ["suspend_tenant", { client }],
    ["resume_tenant", { client }],
    ["request_tenant_deletion", { client, confirmed_name: "T" }],
    ["accept_invitation", { token: invitation }],
    ["end_session", { session }],
  ];

  it("answers 404, in the same words, for an id that is unknown and one that is another tenant's", async () => {
    const before = await snapshot();
    const idOf = async (table: string) =>
      (
        await at.database.row(text, `select id::text as it from public.${table} where client_id = $1 order by created_at`, [
          at.acme,
        ])
      )?.it ?? "";
    const sessionOf = async (user: string) =>
      (await at.database.row(text, "select id::text as it from auth.sessions where user_id = $1", [user]))?.it;
    const reviewer = at.users.reviewer ?? "";
    const session = (await sessionOf(reviewer)) ?? crypto.randomUUID();
    const foreign = withIds(at.acme, await idOf("api_keys"), await idOf("invitations"), reviewer, session);
    const nobodys = () => crypto.randomUUID();
    const unknown = withIds(nobodys(), nobodys(), nobodys(), nobodys(), nobodys());
    const refusalOf = (who: string, [name, given]: (typeof foreign)[number]) =>
      at
        .as(who)
        .call(name, given)
        .then(
          () => expect.fail(`${name} was done.`),
          ({ code, message }: { code: string; message: string }) => ({ name, code, message }),
        );
    for (const [i, attempt] of foreign.entries()) {
      const other = unknown[i] ?? expect.fail("as many");
      const answers = [];
      for (const who of ["stranger", "removed"]) for (const each of [attempt, other]) answers.push(await refusalOf(who, each));
      answers.push(await refusalOf("owner", other));
      for (const answer of answers) expect(answer).toEqual({ ...answers[0], code: "PT404" });
    }
    expect(await snapshot()).toEqual(before);
  });

  it("has no function that this suite does not attack", async () => {
    const named = await at.database.rows(
      text,
      `select proname as it from pg_proc p where pronamespace = 'public'::regnamespace and has_function_privilege('authenticated', oid, 'execute')
         and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')`,
    );
    const attacked = withIds("", "", "", "", "").map(([name]) => name);
    const ofTheCaller = ["create_tenant", "list_sessions", "describe_invitation", "touch_session", "end_other_sessions"];
    // Attacked by the suites of sign-in: who does not know a bucket's name counts nothing there.
    const ofSignIn = ["take_attempt", "settle_attempt"];
    expect(named.map(({ it }) => it).sort()).toEqual([...attacked, ...ofTheCaller, ...ofSignIn].sort());
  });

  it("lets nobody call what is meant for the functions alone", async () => {
    const open = await at.database.rows(
      text,
      `select p.oid::regprocedure::text || ' by ' || role as it from pg_proc p, unnest(array['anon', 'authenticated']) role
       where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace) and has_function_privilege(role, p.oid, 'execute')
         and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
         and not (p.pronamespace = 'public'::regnamespace and role = 'authenticated') order by 1`,
    );
    expect(open.map(({ it }) => it.replace("public.", ""))).toEqual([
      "describe_invitation(text) by anon",
      "private.is_signed_in() by authenticated",
      "private.role_in(uuid) by authenticated",
      "settle_attempt(text[],text[],text) by anon",
      "take_attempt(jsonb,text) by anon",
    ]);
  });
});
