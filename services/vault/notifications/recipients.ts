import { randomBytes } from "node:crypto";
import type { NotificationSettings } from "@ledgix/contract/notifications";
import { ProblemError } from "@ledgix/contract/problem";
import type { Queryable } from "@ledgix/tenancy/database";
import { TenantNotFound } from "@ledgix/tenancy/directory";
import { z } from "zod";
import type { VaultDependencies } from "../dependencies.ts";

const recipient = z.object({
  unsubscribe_token: z.string(),
  unsubscribed_at: z.date().nullable(),
  bounced_at: z.date().nullable(),
});
export type MailRecipient = z.infer<typeof recipient>;

/** Finds an address, or takes it up with a token of its own for its unsubscribe links. */
export async function mailRecipient(database: Queryable, email: string): Promise<MailRecipient> {
  const found = await database.row(
    recipient,
    `insert into mail_recipients (email, unsubscribe_token) values ($1, $2)
     on conflict (email) do update set email = excluded.email returning unsubscribe_token, unsubscribed_at, bounced_at`,
    [email, randomBytes(24).toString("base64url")],
  );
  if (found === null) throw new ProblemError("internal_error", "The address could not be taken up.");
  return found;
}

/** The mail server refused this address for good. */
export async function recordBounce(database: Queryable, email: string, reason: string): Promise<void> {
  await database.run("update mail_recipients set bounced_at = now(), bounce_reason = $2 where email = $1", [email, reason]);
}

export async function listUnreachable(database: Queryable): Promise<NotificationSettings["unreachable"]> {
  const rows = await database.rows(
    z.object({
      email: z.string(),
      unsubscribed_at: z.date().nullable(),
      bounced_at: z.date().nullable(),
      bounce_reason: z.string().nullable(),
    }),
    `select email, unsubscribed_at, bounced_at, bounce_reason from mail_recipients
     where unsubscribed_at is not null or bounced_at is not null order by email limit 200`,
  );
  return rows.map(({ email, unsubscribed_at, bounced_at, bounce_reason }) =>
    bounced_at
      ? { email, reason: "bounced", detail: bounce_reason ?? "The mail server refused it.", at: bounced_at.toISOString() }
      : { email, reason: "unsubscribed", detail: "Wants no more of it.", at: unsubscribed_at?.toISOString() ?? "" },
  );
}

/** Takes an address up again that had bounced, where its mailbox is mended. Who unsubscribed comes back by themselves alone. */
export async function reinstate(database: Queryable, email: string): Promise<void> {
  const changed = await database.run(
    "update mail_recipients set bounced_at = null, bounce_reason = null where email = $1 and bounced_at is not null",
    [email],
  );
  if (changed === 0) throw new ProblemError("not_found", `${email} has not bounced.`);
}

/** `<client id>.<secret>`: what an unsubscribe link carries. */
export const unsubscribeTokenOf = (clientId: string, { unsubscribe_token }: MailRecipient) => `${clientId}.${unsubscribe_token}`;

/** Ends mail that is not essential to an address, by the token of its link. Doing it twice changes nothing. */
export async function unsubscribe(
  { tenants, controlPlane }: Pick<VaultDependencies, "tenants" | "controlPlane">,
  token: string,
): Promise<{ email: string; tenant: string }> {
  const unknown = new ProblemError("not_found", "This link is not known. Take the one from the newest mail.");
  const [clientId, secret] = token.split(".");
  if (!z.uuid().safeParse(clientId).success || !clientId || !secret) throw unknown;
  const database = await tenants.database(clientId).catch((error: unknown) => {
    throw error instanceof TenantNotFound ? unknown : error;
  });
  const found = await database.row(
    z.object({ email: z.string() }),
    "update mail_recipients set unsubscribed_at = coalesce(unsubscribed_at, now()) where unsubscribe_token = $1 returning email",
    [secret],
  );
  if (found === null) throw unknown;
  const tenant = await controlPlane.row(z.object({ name: z.string() }), "select name from public.clients where id = $1", [
    clientId,
  ]);
  return { email: found.email, tenant: tenant?.name ?? "Ledgix" };
}
