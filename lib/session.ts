import "server-only";
import { type Permission, type Role, role, roleMay } from "@ledgix/contract/permissions";
import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import { z } from "zod";
import { readSubject } from "./access-token";
import { touchSession } from "./auth/touch-session";
import { supabase } from "./supabase/server";

export type Tenant = {
  id: string;
  name: string;
  status: string;
  delete_after: string | null;
  /** `owner` or, where an owner may not resume it, `operator` or null. */
  suspended_by: string | null;
  role: Role;
};
export type Member = { email: string; accessToken: string; tenant: Tenant; tenants: Tenant[] };

const memberships = z.array(
  z.object({
    role,
    clients: z.object({
      id: z.string(),
      name: z.string(),
      status: z.string(),
      delete_after: z.string().nullable(),
      suspended_by: z.string().nullable(),
    }),
  }),
);

/**
 * The signed-in person and their tenants, or null. What is read through their session, row level security has checked. Sends whoever has
 * not shown their second factor to where it is asked.
 */
export const readSession = cache(async (): Promise<Omit<Member, "tenant"> | null> => {
  const client = await supabase();
  const { data } = await client.auth.getSession();
  const accessToken = data.session?.access_token ?? "";
  const subject = readSubject(accessToken);
  if (subject === null) return null;
  const [state, { data: rows, error }] = await Promise.all([
    touchSession(client),
    client
      .from("memberships")
      .select("role, clients(id, name, status, delete_after, suspended_by)")
      .eq("user_id", subject.userId)
      .order("created_at"),
  ]);
  if (state.error ?? error) {
    // PGRST3xx: the token is not valid any more. Anything else is an outage, and must not look like being signed out.
    if ((state.error ?? error)?.code?.startsWith("PGRST3")) return null;
    throw new Error("The control plane cannot be reached.");
  }
  if (state.data === "ended") return null;
  if (state.data === "second_factor") redirect("/second-factor");
  return {
    email: subject.email,
    accessToken,
    tenants: memberships.parse(rows ?? []).map((row) => ({ ...row.clients, role: row.role })),
  };
});

/** The signed-in member of the tenant in the address. Sends others to sign in; a tenant that is not theirs is not found. */
export async function requireMember(clientId: string): Promise<Member> {
  const session = await readSession();
  if (session === null) redirect("/sign-in");
  const tenant = session.tenants.find((candidate) => candidate.id === clientId);
  if (tenant === undefined) notFound();
  return { ...session, tenant };
}

export function memberMay(member: Member, permission: Permission): boolean {
  return roleMay(member.tenant.role, permission);
}
