import "server-only";
import { z } from "zod";
import type { Member } from "../session";
import { supabase } from "../supabase/server";
import { type AuditFilter, type AuditPage, auditRow } from "./schema";

/** A page of the audit trail, newest first. Row level security shows it to owners, admins and compliance. */
export async function listAuditEvents(
  member: Member,
  filter: AuditFilter,
  cursor: number | null,
  limit = 100,
): Promise<AuditPage> {
  const client = await supabase();
  let query = client
    .from("audit_events")
    .select("id, actor_email, action, target, detail, created_at")
    .eq("client_id", member.tenant.id);
  if (filter.actor) query = query.eq("actor_email", filter.actor);
  if (filter.action) query = query.eq("action", filter.action);
  if (filter.q) {
    const words = filter.q.replaceAll(/[%_\\,()"]/g, " ").trim();
    query = query.or(`action.ilike.%${words}%,target.ilike.%${words}%,actor_email.ilike.%${words}%`);
  }
  if (cursor !== null) query = query.lt("id", cursor);
  const { data, error } = await query.order("id", { ascending: false }).limit(limit + 1);
  if (error) throw new Error("The audit trail could not be read. Try again shortly.");
  const rows = z.array(auditRow).parse(data);
  const events = rows.slice(0, limit);
  return { events, next_cursor: rows.length > limit ? String(events.at(-1)?.id) : null };
}
