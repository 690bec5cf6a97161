import "server-only";
import type { SupabaseClient } from "@supabase/supabase-js";
import type { Database } from "../supabase/database.types";
import { readCaller } from "./caller";

/** Asks whether the session goes on, and notes that a person uses it, from where and with what: `whole`, `second_factor` or `ended`. */
export async function touchSession(client: SupabaseClient<Database>) {
  const { address, agent, isUse } = await readCaller();
  return client.rpc("touch_session", { agent, place: address, is_used: isUse });
}
