"use server";

import { redirect } from "next/navigation";
import { z } from "zod";
import { type ActionResult, failed, succeeded } from "../action-result";
import { supabase } from "../supabase/server";
import { anonymous, limited, refusedBySupabase } from "./attempts";
import { setRecoveredPassword } from "./recovered-password";
import { email, firstIssue, password } from "./schema";

/** Where to go after signing in: to an invitation, or home. Never to an address that the browser sends. */
const afterSignIn = (form: FormData, otherwise: string) => (form.get("next") === "join" ? "/join" : otherwise);

export async function signUp(_previous: ActionResult | null, form: FormData): Promise<ActionResult> {
  const parsed = z.object({ email, password }).safeParse(Object.fromEntries(form));
  if (!parsed.success) return firstIssue(parsed.error);
  const client = await supabase();
  const result = await limited("sign_up", parsed.data.email, async () => {
    const { data, error } = await client.auth.signUp(parsed.data);
    if (error?.code === "user_already_exists") return failed("There is an account with this address. Sign in instead.");
    if (error) return refusedBySupabase(error, "The account could not be created. Try again.");
    return succeeded({ isSignedIn: data.session !== null });
  });
  if (!result.ok) return result;
  if (!result.data.isSignedIn) return failed("Check your e-mail and follow the link in it, then sign in.");
  redirect(afterSignIn(form, "/new"));
}

export async function signIn(_previous: ActionResult | null, form: FormData): Promise<ActionResult> {
  const parsed = z.object({ email, password: z.string().min(1, "Enter your password.") }).safeParse(Object.fromEntries(form));
  if (!parsed.success) return firstIssue(parsed.error);
  const client = await supabase();
  const result = await limited("sign_in", parsed.data.email, async () => {
    const { error } = await client.auth.signInWithPassword(parsed.data);
    return error ? refusedBySupabase(error, "Address and password do not match.") : succeeded(null);
  });
  if (!result.ok) return result;
  redirect(afterSignIn(form, "/"));
}

export async function signOut(): Promise<void> {
  const client = await supabase();
  await client.auth.signOut({ scope: "local" });
  redirect("/sign-in");
}

/** Ends this session, to sign in as somebody else. */
export async function signOutTo(next: "join"): Promise<void> {
  const client = await supabase();
  await client.auth.signOut({ scope: "local" });
  redirect(`/sign-in?next=${next}`);
}

/** Sends a code. Says the same for an address that has no account. */
export async function requestReset(
  _previous: ActionResult<{ email: string }> | null,
  form: FormData,
): Promise<ActionResult<{ email: string }>> {
  const parsed = email.safeParse(form.get("email"));
  if (!parsed.success) return firstIssue(parsed.error);
  return limited("reset", parsed.data, async () => {
    const { error } = await anonymous().auth.resetPasswordForEmail(parsed.data);
    return error && (error.status === undefined || error.status >= 500)
      ? refusedBySupabase(error, "")
      : succeeded({ email: parsed.data });
  });
}

/** Sets a new password with the code of the mail, and ends every session that there was before. */
export async function resetPassword(_previous: ActionResult | null, form: FormData): Promise<ActionResult> {
  const parsed = z
    .object({
      email,
      code: z
        .string()
        .transform((text) => text.replace(/\s/g, ""))
        .pipe(z.string().regex(/^\d{6,10}$/, "Enter the digits of the code from the e-mail.")),
      password,
      factor: z.string().trim().default(""),
    })
    .safeParse(Object.fromEntries(form));
  if (!parsed.success) return firstIssue(parsed.error);
  const client = await supabase();
  const verified = await limited("verify", parsed.data.email, async () => {
    const { error } = await client.auth.verifyOtp({ email: parsed.data.email, token: parsed.data.code, type: "recovery" });
    return error ? refusedBySupabase(error, "This code is wrong or has expired. Ask for a new one.") : succeeded(null);
  });
  if (!verified.ok) return verified;
  const changed = await setRecoveredPassword(client, parsed.data);
  if (changed.ok) redirect("/");
  // A code alone signs nobody in.
  await client.auth.signOut({ scope: "local" });
  return changed;
}
