import "server-only";
import type { Member } from "../session";
import { supabase } from "../supabase/server";
import { type KeyList, keyList } from "./schema";

const USES_SHOWN = 500;

/** The tenant's keys, newest first, with who uses them and who was refused. Row level security lets its members read them. */
export async function listKeys(member: Member): Promise<KeyList> {
  const client = await supabase();
  const [keys, uses, refusals] = await Promise.all([
    client
      .from("api_keys")
      .select(
        "id, name, environment, scopes, prefix, created_at, expires_at, revoked_at, replaced_by, last_used_at, last_used_from, last_used_runtime",
      )
      .eq("client_id", member.tenant.id)
      .order("created_at", { ascending: false }),
    client
      .from("api_key_uses")
      .select("key_id, runtime, last_from, last_used_at")
      .eq("client_id", member.tenant.id)
      .order("last_used_at", { ascending: false })
      .limit(USES_SHOWN),
    client
      .from("api_key_refusals")
      .select("key_id, reason, called_environment, calls, last_runtime, last_from, last_at")
      .eq("client_id", member.tenant.id)
      .is("dismissed_at", null)
      .order("last_at", { ascending: false }),
  ]);
  if (keys.error || uses.error || refusals.error) throw new Error("The keys could not be read. Try again shortly.");
  return keyList.parse({ keys: keys.data, uses: uses.data, refusals: refusals.data });
}
