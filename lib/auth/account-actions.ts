"use server";

import { z } from "zod";
import { type ActionResult, failed, succeeded } from "../action-result";
import { supabase } from "../supabase/server";
import { anonymous, limited, refusedBySupabase } from "./attempts";
import { firstIssue, password } from "./schema";
import { type SessionRow, sessionRow } from "./session-row";

const SIGNED_OUT = "This session has ended. Sign in again.";

/** The signed-in person's own sessions: this one, then the others, used last first. */
export async function listSessions(): Promise<ActionResult<SessionRow[]>> {
  const client = await supabase();
  const { data, error } = await client.rpc("list_sessions");
  if (error) return failed("The sessions could not be read. Try again.");
  return succeeded(z.array(sessionRow).parse(data));
}

/** Ends one of the signed-in person's sessions. Vault takes its token for five seconds at most. */
export async function endSession(id: string): Promise<ActionResult> {
  const client = await supabase();
  const { error } = await client.rpc("end_session", { session: z.uuid().parse(id) });
  if (!error || error.code === "PT404") return succeeded(null);
  return failed(error.code === "42501" ? SIGNED_OUT : "The session goes on. Try again.");
}

/** Ends the sessions on every other device; this one goes on. */
export async function signOutElsewhere(): Promise<ActionResult> {
  const client = await supabase();
  const { error } = await client.rpc("end_other_sessions");
  if (!error) return succeeded(null);
  return failed(error.code === "42501" ? SIGNED_OUT : "The other sessions could not be ended. Try again.");
}

/** Sets another password, with the current one, and ends every other session. */
export async function changePassword(input: { current: string; password: string }): Promise<ActionResult> {
  const parsed = z.object({ current: z.string().min(1, "Enter your current password."), password }).safeParse(input);
  if (!parsed.success) return firstIssue(parsed.error);
  const client = await supabase();
  const proven = await proveCurrentPassword(parsed.data.current);
  if (!proven.ok) return proven;
  const { error } = await client.auth.updateUser({ password: parsed.data.password, current_password: parsed.data.current });
  if (error?.code === "same_password") return failed("This is the password that you have. Choose another one.");
  if (error) return refusedBySupabase(error, "The password was not changed. Choose another one and try again.");
  const ended = await client.rpc("end_other_sessions");
  return ended.error ? failed("The password is changed, but other sessions may go on. End them below.") : succeeded(null);
}

/**
 * Whether the signed-in person knows their password: a session alone, left open or stolen, must not change it. Asked by signing in anew, in a
 * session that ends at once, since Supabase's own check is a setting of the project.
 */
export async function proveCurrentPassword(current: string): Promise<ActionResult> {
  const client = await supabase();
  const { data } = await client.auth.getUser();
  const email = data.user?.email;
  if (!email) return failed(SIGNED_OUT);
  return limited("sign_in", email, async () => {
    const probe = anonymous();
    const { error } = await probe.auth.signInWithPassword({ email, password: current });
    if (error) return refusedBySupabase(error, "The current password is another one.");
    await probe.auth.signOut({ scope: "local" });
    return succeeded(null);
  });
}
