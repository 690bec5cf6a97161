import "server-only";
import type { Member } from "../session";
import { supabase } from "../supabase/server";
import { type MemberList, memberList } from "./schema";

/** The tenant's members, and its open invitations where row level security shows them. */
export async function listMembers(member: Member): Promise<MemberList> {
  const client = await supabase();
  const [members, invitations] = await Promise.all([
    client.from("memberships").select("user_id, email, role, created_at").eq("client_id", member.tenant.id).order("created_at"),
    client
      .from("invitations")
      .select("id, email, role, created_at, expires_at")
      .eq("client_id", member.tenant.id)
      .is("accepted_at", null)
      .order("created_at"),
  ]);
  if (members.error || invitations.error) throw new Error("The members could not be read. Try again shortly.");
  return memberList.parse({ members: members.data, invitations: invitations.data });
}
