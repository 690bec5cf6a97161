import "server-only";
import { type ActionResult, failed, succeeded } from "../action-result";
import type { supabase } from "../supabase/server";
import { passFactor } from "./second-factor";

type Client = Awaited<ReturnType<typeof supabase>>;

/** Sets the password in a session that a code from a mail opened. Whoever has a second factor shows it here too. */
export async function setRecoveredPassword(client: Client, given: { password: string; factor: string }): Promise<ActionResult> {
  const passed = await passFactor(client, given.factor);
  if (!passed.ok) return passed;
  const { error } = await client.auth.updateUser({ password: given.password });
  if (error?.code === "same_password")
    return failed("This is the password that you have. Ask for a new code, and choose another one, or sign in with it.");
  if (error) return failed("The password was not changed. Ask for a new code, and choose another password.");
  const ended = await client.rpc("end_other_sessions");
  return ended.error
    ? failed("The password is changed, but other sessions may go on. Sign in, and end them on your page.")
    : succeeded(null);
}
