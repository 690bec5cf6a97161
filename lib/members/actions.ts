"use server";

import { randomBytes } from "node:crypto";
import { sendInvitationAnswer } from "@ledgix/contract/member";
import { type Role, role } from "@ledgix/contract/permissions";
import { z } from "zod";
import { type ActionResult, failed, succeeded } from "../action-result";
import { env } from "../env";
import { readSession, requireMember } from "../session";
import { refused } from "../supabase/refusal";
import { supabase } from "../supabase/server";
import { callVault, json } from "../vault/server";
import { type NewInvitation, newInvitation } from "./schema";

/** Invites an address. The link is mailed by Vault, and handed to the one who invites, this once, in case the mail goes astray. */
export async function inviteMember(
  clientId: string,
  input: NewInvitation,
): Promise<ActionResult<{ link: string; isMailed: boolean; mailProblem: string | null }>> {
  const member = await requireMember(clientId);
  const parsed = newInvitation.safeParse(input);
  if (!parsed.success) return failed(parsed.error.issues[0]?.message ?? "Check the address.");
  const token = randomBytes(32).toString("base64url");
  const client = await supabase();
  const { error } = await client.rpc("invite_member", {
    client: clientId,
    invitee: parsed.data.email,
    invited_role: parsed.data.role,
    token,
  });
  if (error) return refused(error, "The invitation could not be stored. Try again.");
  const sent = await callVault(member, "/admin/send-invitation", sendInvitationAnswer, json("POST", { token }));
  return succeeded({
    link: new URL(`/join#${token}`, env().CONSOLE_URL).toString(),
    isMailed: sent.ok && sent.data.sent,
    mailProblem: sent.ok ? null : sent.error,
  });
}

export async function withdrawInvitation(clientId: string, invitationId: string): Promise<ActionResult> {
  await requireMember(clientId);
  const client = await supabase();
  const { error } = await client.rpc("withdraw_invitation", { invitation: z.uuid().parse(invitationId) });
  return error ? refused(error, "The invitation still stands. Try again.") : succeeded(null);
}

export async function changeRole(clientId: string, userId: string, newRole: Role): Promise<ActionResult> {
  await requireMember(clientId);
  const client = await supabase();
  const { error } = await client.rpc("change_role", {
    client: clientId,
    member: z.uuid().parse(userId),
    new_role: role.parse(newRole),
  });
  return error ? refused(error, "The role was not changed. Try again.") : succeeded(null);
}

export async function removeMember(clientId: string, userId: string): Promise<ActionResult> {
  await requireMember(clientId);
  const client = await supabase();
  const { error } = await client.rpc("remove_member", { client: clientId, member: z.uuid().parse(userId) });
  return error ? refused(error, "The member was not removed. Try again.") : succeeded(null);
}

const invitation = z.object({ tenant: z.string(), email: z.string(), role });
const token = z.string().min(20).max(128);
export type Invitation = z.infer<typeof invitation> & { signedInAs: string | null };

/** What an invitation is for. Whoever holds its token may read that; accepting it needs its address. */
export async function readInvitation(given: string): Promise<ActionResult<Invitation>> {
  const used = failed("This invitation was used, withdrawn or has expired. Ask for a new one.");
  const parsed = token.safeParse(given);
  if (!parsed.success) return used;
  const client = await supabase();
  const { data, error } = await client.rpc("describe_invitation", { token: parsed.data });
  if (error) return failed("The invitation could not be read. Try again shortly.");
  if (data === null) return used;
  const session = await readSession();
  return succeeded({ ...invitation.parse(data), signedInAs: session?.email ?? null });
}

/** @returns the tenant that the caller is a member of now */
export async function acceptInvitation(given: string): Promise<ActionResult<{ clientId: string }>> {
  const client = await supabase();
  const { data, error } = await client.rpc("accept_invitation", { token: token.parse(given) });
  return error ? refused(error, "The invitation was not accepted. Try again.") : succeeded({ clientId: z.uuid().parse(data) });
}
