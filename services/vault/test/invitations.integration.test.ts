import { randomBytes } from "node:crypto";
import { type Caller, until } from "@ledgix/local/test/stack";
import { beforeEach, describe, expect, it } from "vitest";
import { mail, refunds, useNotifications } from "./notified.ts";

useNotifications();

/** Stores an invitation as the control plane's function does. */
async function invite(clientId: string, email: string): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  const { controlPlane } = refunds.stack;
  const id = crypto.randomUUID();
  await controlPlane.run("delete from public.invitations where client_id = $1 and email = $2", [clientId, email]);
  await controlPlane.run(
    "insert into public.invitations (id, client_id, email, role, expires_at) values ($1, $2, $3, 'reviewer', now() + interval '1 day')",
    [id, clientId, email],
  );
  await controlPlane.run("insert into private.invitation_hashes (invitation_id, hash) values ($1, private.hash_of($2))", [
    id,
    token,
  ]);
  await controlPlane.run(
    "insert into private.invitation_log (invitation_id, client_id, mailbox) values ($1, $2, private.mailbox_of($3))",
    [id, clientId, email],
  );
  return token;
}
const send = (who: Caller, token: string) => who("POST", "/admin/send-invitation", { token });

describe("the mail of an invitation", () => {
  beforeEach(() => refunds.stack.controlPlane.run("delete from private.invitation_log"));

  it("is one, however often it is asked for and however many ask at once, and its subject is nobody's text", async () => {
    await refunds.stack.controlPlane.run("update public.clients set name = 'You have won' where id = $1", [refunds.clientId]);
    const token = await invite(refunds.clientId, "invitee@example.com");
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(refunds.owner, token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status, body } of answers.filter((answer) => answer.status !== 200)) {
      expect(status).toBe(429);
      expect(body.detail).toContain("Hand the link over yourself");
    }
    const [told] = await until(
      async () => mail.mailsTo("invitee@example.com"),
      (mails) => mails.length > 0,
    );
    expect(mail.mailsTo("invitee@example.com")).toHaveLength(1);
    expect(told?.subject).toBe("You are invited to Ledgix");
    expect(told?.text).toContain("You have won");
    await refunds.stack.controlPlane.run("update public.clients set name = 'Acme' where id = $1", [refunds.clientId]);
  });

  it("is one a mailbox and hour, over all tenants and spellings", async () => {
    const other = await refunds.stack.addTenant("Other");
    const stranger = await refunds.stack.addMember(other, "owner");
    const first = await invite(refunds.clientId, "shared@example.com");
    const second = await invite(other, "shared+2@example.com");
    expect((await send(refunds.owner, first)).status).toBe(200);
    expect((await send(stranger, second)).status).toBe(429);
    await refunds.stack.controlPlane.run("update private.invitation_log set mailed_at = mailed_at - interval '1 hour'");
    expect((await send(stranger, second)).status).toBe(200);
  });
});
