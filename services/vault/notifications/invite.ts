import { createHash } from "node:crypto";
import { ProblemError } from "@ledgix/contract/problem";
import { z } from "zod";
import { type Principal, principalLabel } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { renderMail } from "./mail-layout.ts";

const invitation = z.object({ id: z.string(), email: z.string(), role: z.string(), tenant: z.string() });

const LOCK_MAILBOX = `
  select pg_advisory_xact_lock(hashtext('invitation.mail'), hashtext(mailbox)) from private.invitation_log where invitation_id = $1`;
const NOTE_MAILED = `
  update private.invitation_log l set mailed_at = clock_timestamp()
  where invitation_id = $1 and mailed_at is null and not exists (
    select from private.invitation_log o where o.mailbox = l.mailbox and o.mailed_at > clock_timestamp() - interval '1 hour')`;

/**
 * Sends an invitation that the console has stored to its address. The token is in this mail alone, behind the # of its link, which
 * browsers send to nobody. Each invitation is mailed once, and a mailbox gets one an hour, whichever tenants invite it: who shares a mailbox with
 * a flood is still invited, by the link that their inviter has.
 *
 * @returns false where no mail server is configured
 * @throws {ProblemError} `not_found` · `rate_limited` · `delivery_failed`
 */
export async function sendInvitation(
  { controlPlane, mailer, config, log }: Pick<VaultDependencies, "controlPlane" | "mailer" | "config" | "log">,
  principal: Principal,
  token: string,
): Promise<boolean> {
  const invited = await controlPlane.row(
    invitation,
    `select i.id, i.email, i.role, c.name as tenant from private.invitation_hashes h
       join public.invitations i on i.id = h.invitation_id join public.clients c on c.id = i.client_id
     where i.client_id = $1 and h.hash = $2 and i.accepted_at is null`,
    [principal.clientId, createHash("sha256").update(token).digest("hex")],
  );
  if (invited === null) throw new ProblemError("not_found", "There is no such invitation.");
  if (mailer === null || config.CONSOLE_URL === undefined) return false;
  const isFirst = await controlPlane.transaction(async (transaction) => {
    await transaction.run(LOCK_MAILBOX, [invited.id]);
    return (await transaction.run(NOTE_MAILED, [invited.id])) > 0;
  });
  if (!isFirst)
    throw new ProblemError(
      "rate_limited",
      "An invitation was mailed to this address within the last hour, so no other one is. Hand the link over yourself.",
    );
  const by = principalLabel(principal);
  const content = renderMail({
    preview: `${by} invites you as ${invited.role}.`,
    heading: `Join ${invited.tenant} on Ledgix`,
    paragraphs: [`${by} invites you to ${invited.tenant} as ${invited.role}. The invitation holds for seven days.`],
    action: { label: "Accept the invitation", url: new URL(`/join#${token}`, config.CONSOLE_URL).toString() },
    footer: "You get this because somebody entered your address. If you do not know them, ignore it: nothing happens.",
  });
  try {
    await mailer.send({
      to: invited.email,
      subject: "You are invited to Ledgix",
      messageId: `<invitation-${invited.id}@ledgix>`,
      ...content,
    });
  } catch (error) {
    log.error("invitation.not_sent", error);
    throw new ProblemError("delivery_failed", "The mail server did not take the invitation. Hand the link over yourself.", {
      cause: error,
    });
  }
  return true;
}
