import "server-only";
import { z } from "zod";
import type { Member } from "../session";
import { supabase } from "../supabase/server";
import { type ApiKeyRow, apiKeyRow } from "./schema";

/** The tenant's keys, newest first. Row level security lets its members read them. */
export async function listKeys(member: Member): Promise<ApiKeyRow[]> {
  const client = await supabase();
  const { data, error } = await client
    .from("api_keys")
    .select("id, name, environment, scopes, prefix, created_at, expires_at, revoked_at, last_used_at, last_used_runtime")
    .eq("client_id", member.tenant.id)
    .order("created_at", { ascending: false });
  if (error) throw new Error("The keys could not be read. Try again shortly.");
  return z.array(apiKeyRow).parse(data);
}
