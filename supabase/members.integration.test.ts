import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { newToken, openTenants, type Tenants } from "./test/tenants.ts";
import { ways } from "./test/ways.ts";

describe.each(ways)("$way", (way) => {
  let at: Tenants;
  beforeAll(async () => {
    at = await openTenants(way);
  });
  afterAll(() => at.close());
  // An hour has passed.
  beforeEach(() => at.database.run("delete from private.invitation_log"));

  const invite = (who: string, invitee: string, invited_role: string, token = newToken(), client = at.acme) =>
    at.as(who).call("invite_member", { client, invitee, invited_role, token });
  const accept = (who: string, token: string) => at.as(who).call("accept_invitation", { token });
  const change = (who: string, whom: string, new_role: string) =>
    at.as(who).call("change_role", { client: at.acme, member: at.users[whom] ?? "", new_role });
  const remove = (who: string, whom: string) =>
    at.as(who).call("remove_member", { client: at.acme, member: at.users[whom] ?? "" });

  describe("members", () => {
    it.each(["reviewer", "compliance", "stranger"])("%s invites nobody, changes no role and removes nobody", async (who) => {
      await expect(invite(who, "new@example.com", "reviewer")).rejects.toThrow(/owner or an admin|no such tenant/);
      await expect(change(who, "admin", "reviewer")).rejects.toThrow(/owner or an admin|no such tenant/);
      await expect(remove(who, "admin")).rejects.toThrow(/owner or an admin|no such tenant/);
    });

    it("an invitation is for its address alone, once; a later one replaces the first", async () => {
      await at.addUser("invited");
      const [first, second] = [newToken(), newToken()];
      await invite("admin", " Invited@example.com ", "reviewer", first);
      await at.database.run("delete from private.invitation_log");
      await invite("admin", "invited@example.com", "compliance", second);
      await expect(accept("invited", first)).rejects.toThrow(/used, withdrawn or has expired/);
      await expect(accept("stranger", second)).rejects.toThrow(/is for invited@example.com/);
      const described = await at.as(null).call("describe_invitation", { token: second });
      expect(described).toEqual({ tenant: "T", email: "invited@example.com", role: "compliance" });
      await accept("invited", second);
      expect(await at.roleOf("invited")).toBe("compliance");
      await expect(accept("invited", second)).rejects.toThrow(/used, withdrawn or has expired/);
      await expect(invite("admin", "invited@example.com", "reviewer")).rejects.toThrow(/member already/);
    });

    it("an invitation ends after seven days", async () => {
      const token = newToken();
      await invite("owner", "late@example.com", "reviewer", token);
      await at.addUser("late");
      await at.database.run("update public.invitations set expires_at = now() where email = 'late@example.com'");
      await expect(accept("late", token)).rejects.toThrow(/has expired/);
    });

    it("admins make and unmake no owners, and the last owner stays", async () => {
      await expect(invite("admin", "boss@example.com", "owner")).rejects.toThrow(/Only an owner makes/);
      await expect(change("admin", "admin", "owner")).rejects.toThrow(/Only an owner/);
      await expect(change("admin", "owner", "reviewer")).rejects.toThrow(/Only an owner/);
      await expect(remove("admin", "owner")).rejects.toThrow(/Only an owner/);
      await expect(change("owner", "owner", "admin")).rejects.toThrow(/at least one owner/);
      await expect(remove("owner", "owner")).rejects.toThrow(/at least one owner/);
      await change("owner", "invited", "owner");
      await change("invited", "owner", "admin");
      expect(await at.roleOf("owner")).toBe("admin");
      await change("invited", "owner", "owner");
      await remove("owner", "invited");
      expect(await at.roleOf("invited")).toBeNull();
      await remove("reviewer", "reviewer"); // everybody may leave
      expect(await at.roleOf("reviewer")).toBeNull();
    });
  });

  describe("a role that ends", () => {
    const open = async () =>
      (
        await at.database.rows(
          z.object({ email: z.string() }),
          "select email from public.invitations where client_id = $1 and accepted_at is null and email like 'puppet%' order by email",
          [at.acme],
        )
      ).map(({ email }) => email);

    it.each([
      ["removed", "owner", () => remove("owner", "ending"), []],
      ["leaves", "owner", () => remove("ending", "ending"), []],
      ["demoted to reviewer", "owner", () => change("owner", "ending", "reviewer"), []],
      ["demoted to admin", "owner", () => change("owner", "ending", "admin"), ["puppet-reviewer@example.com"]],
      ["demoted from admin", "admin", () => change("owner", "ending", "compliance"), []],
      ["deleted", "admin", () => at.database.run("delete from auth.users where id = $1", [at.users.ending ?? ""]), []],
      ["made an owner", "admin", () => change("owner", "ending", "owner"), ["puppet-reviewer@example.com"]],
    ] as const)("takes its open invitations with it: %s, who was %s", async (_, role, end, remaining) => {
      await at.join("ending", role);
      for (const invited of role === "owner" ? ["owner", "reviewer"] : ["reviewer"])
        await invite("ending", `puppet-${invited}@example.com`, invited);
      await end();
      expect(await open()).toEqual(remaining);
      await at.database.run("delete from public.memberships where user_id = $1", [at.users.ending ?? ""]);
      await at.database.run("delete from public.invitations where email like 'puppet%'");
      await at.database.run("delete from auth.users where id = $1", [at.users.ending ?? ""]);
    });

    it("says in the audit trail which invitations ended, and goes when the whole tenant goes", async () => {
      await at.join("ending", "admin");
      await invite("ending", "puppet@example.com", "reviewer");
      await remove("owner", "ending");
      const event = await at.database.row(
        z.object({ detail: z.json() }),
        "select detail from public.audit_events where action = 'invitation.withdrawn' and target = 'puppet@example.com'",
      );
      expect(event?.detail).toEqual({ reason: "member_left", member: "ending@example.com" });
      const gone = z.string().parse(await at.as("stranger").call("create_tenant", { tenant_name: "G" }));
      await invite("stranger", "puppet@example.com", "reviewer", newToken(), gone);
      await at.database.run("delete from public.clients where id = $1", [gone]);
    });

    it("leaves no way back: an invitation of the one who left, or by them, is not stored after it", async () => {
      await expect(
        at.database.run(
          `insert into public.invitations (client_id, email, role, invited_by, expires_at)
           values ($1, 'puppet@example.com', 'reviewer', $2, now() + interval '1 day')`,
          [at.acme, at.users.ending ?? ""],
        ),
      ).rejects.toThrow(/owner or an admin manages members|foreign key/);
    });
  });
});
