import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { newToken, openTenants, type Tenants } from "./test/tenants.ts";
import { ways } from "./test/ways.ts";

const count = z.object({ n: z.coerce.number() });

describe.each(ways)("$way", (way) => {
  let at: Tenants;
  beforeAll(async () => {
    at = await openTenants(way);
  });
  afterAll(() => at.close());
  const setLimit = (name: string, value: number) =>
    at.database.run("update private.limits set value = $2 where name = $1", [name, value]);
  const numberOf = async (sql: string, parameters: string[]) => (await at.database.row(count, sql, parameters))?.n;
  const outcomes = async (all: Promise<unknown>[]) => {
    const settled = await Promise.allSettled(all);
    return {
      done: settled.filter(({ status }) => status === "fulfilled").length,
      refused: settled.flatMap((one) => (one.status === "rejected" ? [String(one.reason.message)] : [])),
    };
  };

  describe("tenants", () => {
    const create = (who: string, tenant_name = "New") => at.as(who).call("create_tenant", { tenant_name });
    const made = (who: string) =>
      numberOf("select count(*) as n from public.clients where created_by = $1", [at.users[who] ?? ""]);

    it("belong to whoever makes them, and nobody without a session makes one", async () => {
      const client = z.string().parse(await create("stranger", "  New  "));
      const [own] = await at.as("stranger").read("memberships", "role, user_id", { client_id: client });
      expect(own).toEqual({ role: "owner", user_id: at.users.stranger });
      await expect(at.as(null).call("create_tenant", { tenant_name: "x" })).rejects.toThrow(/permission denied/);
    });

    it("are five a person, also where ten are made at once", async () => {
      await at.addUser("maker");
      const { done, refused } = await outcomes(Array.from({ length: 10 }, () => create("maker")));
      expect(done).toBe(5);
      expect(new Set(refused)).toEqual(
        new Set(["You have made 5 tenants here, the most that one person may. Ask your operator for another one."]),
      );
      expect(await made("maker")).toBe(5);
    });

    it("count although their maker has left them, and until they are deleted", async () => {
      const client = z.string().parse((await at.as("maker").read("memberships", "client_id"))[0]?.client_id);
      await at.database.run("insert into public.memberships (client_id, user_id, email, role) values ($1, $2, 'm', 'owner')", [
        client,
        at.users.stranger ?? "",
      ]);
      await at.as("maker").call("remove_member", { client, member: at.users.maker ?? "" });
      await expect(create("maker")).rejects.toThrow(/most that one person may/);
      await at.database.run("delete from public.clients where id = $1", [client]);
      await create("maker");
      await expect(create("maker")).rejects.toMatchObject({ code: "PT409" });
    });

    it("are as many as the operator says, none at all included", async () => {
      await setLimit("tenants_per_person", 6);
      await create("maker");
      await expect(create("maker")).rejects.toThrow("You have made 6 tenants here");
      await setLimit("tenants_per_person", 0);
      await expect(create("owner")).rejects.toThrow("Tenants are made by your operator here.");
      await setLimit("tenants_per_person", 5);
    });

    it.each(["", "   ", "a\nb", "Acme\u202e", "x".repeat(81)])("are not named %j", async (name) => {
      await expect(create("owner", name)).rejects.toMatchObject({ code: "PT422" });
    });
  });

  describe("invitations", () => {
    beforeEach(() => at.database.run("delete from private.invitation_log"));
    const invite = (invitee: string, client = at.acme, who = "admin", token = newToken()) =>
      at.as(who).call("invite_member", { client, invitee, invited_role: "reviewer", token });

    it.each([
      "once@example.com",
      "ONCE@Example.com",
      "  once@example.com ",
      "once+tag@example.com",
      "Once+another+tag@EXAMPLE.COM",
    ])("are one an address and hour, and say when the next is possible: %j", async (spelling) => {
      await invite("once@example.com");
      await expect(invite(spelling)).rejects.toThrow(
        /was invited within the last hour\. It can be invited again at \d\d:\d\d UTC\./,
      );
      await at.database.run("update private.invitation_log set made_at = made_at - interval '1 hour'");
      await invite(spelling);
    });

    it.each([
      "",
      "nobody",
      '"once"@example.com',
      "a@example.com, b@example.com",
      "Once <once@example.com>",
      "mailto:once@example.com",
      "once@example.com\r\nBcc: all@example.com",
      "once @example.com",
      "ｏｎｃｅ@example.com",
      "оnce@example.com",
      "once@example.com\u200b",
      "once@[127.0.0.1]",
      `${"a".repeat(250)}@example.com`,
    ])("go to one address, in plain letters: not %j", async (invitee) => {
      await expect(invite(invitee)).rejects.toMatchObject({ code: "PT422" });
    });

    it("take dots of Gmail for nothing, and those of others for what they are", async () => {
      await invite("f.irst@gmail.com");
      await expect(invite("fi.rst+x@googlemail.com")).rejects.toThrow(/within the last hour/);
      await invite("f.irst@example.com");
      await invite("fi.rst@example.com");
    });

    it("are one, of two that are sent at once", async () => {
      const { done, refused } = await outcomes(["twin@example.com", "Twin+1@example.com"].map((address) => invite(address)));
      expect(done).toBe(1);
      expect(refused[0]).toMatch(/within the last hour/);
    });

    it("make no room for another by being withdrawn or accepted", async () => {
      const id = z.string().parse(await invite("again@example.com"));
      await at.as("admin").call("withdraw_invitation", { invitation: id });
      await expect(invite("again@example.com")).rejects.toMatchObject({ code: "PT429" });
      await at.addUser("quick");
      const token = newToken();
      await invite("quick@example.com", at.acme, "admin", token);
      await at.as("quick").call("accept_invitation", { token });
      await at.as("owner").call("remove_member", { client: at.acme, member: at.users.quick ?? "" });
      await expect(invite("quick@example.com")).rejects.toMatchObject({ code: "PT429" });
    });

    it("are twenty a tenant and hour, whoever sends them, and another tenant's are its own", async () => {
      const { done, refused } = await outcomes(
        Array.from({ length: 25 }, (_, i) => invite(`flood-${i}@example.com`, at.acme, i % 2 ? "owner" : "admin")),
      );
      expect(done).toBe(20);
      for (const message of refused)
        expect(message).toMatch(
          /^This tenant has sent 20 invitations within the last hour, the most that it may\. The next one can be sent at \d\d:\d\d UTC\.$/,
        );
      await invite("flood-0@example.com", at.other, "stranger");
    });

    it("refuse a token that was used, a short one and a role that is none, and repeat no token", async () => {
      const token = newToken();
      await invite("first@example.com", at.acme, "admin", token);
      await expect(invite("second@example.com", at.acme, "admin", token)).rejects.toThrow("was used for another invitation");
      await expect(invite("third@example.com", at.acme, "admin", "a")).rejects.toMatchObject({ code: "PT422" });
      await expect(
        at
          .as("admin")
          .call("invite_member", { client: at.acme, invitee: "f@example.com", invited_role: "god", token: newToken() }),
      ).rejects.toMatchObject({ code: "PT422" });
    });
  });
});
