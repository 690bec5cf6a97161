import { role } from "@ledgix/contract/permissions";
import { z } from "zod";

export const memberRow = z.object({ user_id: z.string(), email: z.string(), role, created_at: z.string() });
export type MemberRow = z.infer<typeof memberRow>;

export const invitationRow = z.object({
  id: z.string(),
  email: z.string(),
  role,
  created_at: z.string(),
  expires_at: z.string(),
});
export type InvitationRow = z.infer<typeof invitationRow>;

/** Members of a tenant, and who is invited: the latter for those who manage members. */
export const memberList = z.object({ members: z.array(memberRow), invitations: z.array(invitationRow) });
export type MemberList = z.infer<typeof memberList>;

export const newInvitation = z.object({
  email: z.string().trim().toLowerCase().pipe(z.email("Enter an e-mail address, such as you@example.com.")),
  role,
});
export type NewInvitation = z.infer<typeof newInvitation>;

/** What each role is for, in the words of the page. */
export const roleHints = {
  owner: "Everything, and the tenant itself.",
  admin: "Keys, members, policies, rules and settings. Decides cases.",
  reviewer: "Decides cases.",
  compliance: "Reads cases, policies, the ledger and the audit trail. Changes nothing.",
} as const;
