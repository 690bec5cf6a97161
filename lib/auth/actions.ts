"use server";

import { redirect } from "next/navigation";
import { z } from "zod";
import { type ActionResult, failed, succeeded } from "../action-result";
import { supabase } from "../supabase/server";

const email = z.string().trim().toLowerCase().pipe(z.email("Enter an e-mail address, such as you@example.com."));
const password = z
  .string()
  .min(10, "Choose a password of at least 10 characters.")
  .max(72, "A password may hold up to 72 characters.");
const credentials = z.object({ email, password });

/** Where to go after signing in: to an invitation, or home. Never to an address that the browser sends. */
const afterSignIn = (form: FormData, otherwise: string) => (form.get("next") === "join" ? "/join" : otherwise);

const first = (error: z.ZodError) => failed(error.issues[0]?.message ?? "Check what you entered.");

export async function signUp(_previous: ActionResult | null, form: FormData): Promise<ActionResult> {
  const parsed = credentials.safeParse(Object.fromEntries(form));
  if (!parsed.success) return first(parsed.error);
  const client = await supabase();
  const { data, error } = await client.auth.signUp(parsed.data);
  if (error) {
    return failed(
      error.code === "user_already_exists"
        ? "There is an account with this address. Sign in instead."
        : "The account could not be created. Try again.",
    );
  }
  if (data.session === null) return failed("Check your e-mail and follow the link in it, then sign in.");
  redirect(afterSignIn(form, "/new"));
}

export async function signIn(_previous: ActionResult | null, form: FormData): Promise<ActionResult> {
  const parsed = z.object({ email, password: z.string().min(1, "Enter your password.") }).safeParse(Object.fromEntries(form));
  if (!parsed.success) return first(parsed.error);
  const client = await supabase();
  const { error } = await client.auth.signInWithPassword(parsed.data);
  if (error) {
    return failed(
      error.status && error.status < 500
        ? "Address and password do not match."
        : "Sign-in cannot be reached right now. Try again shortly.",
    );
  }
  redirect(afterSignIn(form, "/"));
}

export async function signOut(): Promise<void> {
  const client = await supabase();
  await client.auth.signOut();
  redirect("/sign-in");
}

/** Ends this session, to sign in as somebody else. */
export async function signOutTo(next: "join"): Promise<void> {
  const client = await supabase();
  await client.auth.signOut({ scope: "local" });
  redirect(`/sign-in?next=${next}`);
}

/** Ends the sessions on every other device; this one goes on. Access tokens that are out live for an hour at most. */
export async function signOutElsewhere(): Promise<ActionResult> {
  const client = await supabase();
  const { error } = await client.auth.signOut({ scope: "others" });
  return error ? failed("The other sessions could not be ended. Try again.") : succeeded(null);
}

const sessionRow = z.object({
  id: z.string(),
  user_agent: z.string().nullable(),
  ip: z.string().nullable(),
  created_at: z.string().nullable(),
  refreshed_at: z.string().nullable(),
});
export type SessionRow = z.infer<typeof sessionRow>;

/** The signed-in person's own sessions, newest first. */
export async function listSessions(): Promise<ActionResult<SessionRow[]>> {
  const client = await supabase();
  const { data, error } = await client.rpc("list_sessions");
  if (error) return failed("The sessions could not be read. Try again.");
  return succeeded(z.array(sessionRow).parse(data));
}

/** Sends a code. Says the same for an address that has no account. */
export async function requestReset(
  _previous: ActionResult<{ email: string }> | null,
  form: FormData,
): Promise<ActionResult<{ email: string }>> {
  const parsed = email.safeParse(form.get("email"));
  if (!parsed.success) return first(parsed.error);
  const client = await supabase();
  await client.auth.resetPasswordForEmail(parsed.data);
  return succeeded({ email: parsed.data });
}

export async function resetPassword(_previous: ActionResult | null, form: FormData): Promise<ActionResult> {
  const parsed = z
    .object({
      email,
      code: z
        .string()
        .trim()
        .regex(/^\d{6}$/, "Enter the six digits from the e-mail."),
      password,
    })
    .safeParse(Object.fromEntries(form));
  if (!parsed.success) return first(parsed.error);
  const client = await supabase();
  const verified = await client.auth.verifyOtp({ email: parsed.data.email, token: parsed.data.code, type: "recovery" });
  if (verified.error) return failed("This code is wrong or has expired. Ask for a new one.");
  const { error } = await client.auth.updateUser({ password: parsed.data.password });
  if (error) return failed("The password was not changed. Choose another one and try again.");
  redirect("/");
}
