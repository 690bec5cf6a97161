import "server-only";
import type { SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import { type ActionResult, failed, succeeded } from "../action-result";
import { env } from "../env";
import type { Database } from "../supabase/database.types";

type Client = SupabaseClient<Database>;

export const WRONG_FACTOR_CODE = "This code is wrong or over. Enter the one that your app shows now.";
/** The code of an authenticator app (RFC 6238), with or without blanks. */
export const factorCode = z
  .string()
  .transform((text) => text.replace(/\s/g, ""))
  .pipe(z.string().regex(/^\d{6}$/, "Enter the six digits that your app shows."));

/**
 * Whether the project's Auth offers a second factor. Nothing of its settings says so, but a server that has no such route answers 404;
 * one that has it refuses the empty body. Supabase Lite has none.
 */
export async function offersSecondFactor(client: Client): Promise<boolean> {
  const { data } = await client.auth.getSession();
  if (data.session === null) return false;
  const answer = await fetch(`${env().SUPABASE_URL.replace(/\/$/, "")}/auth/v1/factors`, {
    method: "POST",
    cache: "no-store",
    headers: {
      "content-type": "application/json",
      apikey: env().SUPABASE_PUBLISHABLE_KEY,
      authorization: `Bearer ${data.session.access_token}`,
    },
    body: "{}",
  }).catch(() => null);
  return answer !== null && (answer.status === 400 || answer.status === 422);
}

/** The confirmed authenticator apps of the signed-in person, as their Auth server knows them. */
export async function readFactors(client: Client): Promise<ActionResult<{ id: string; name: string; since: string }[]>> {
  const { data, error } = await client.auth.mfa.listFactors();
  if (error) return failed("Your second factor could not be read. Try again.");
  return succeeded(
    data.totp.map((factor) => ({ id: factor.id, name: factor.friendly_name || "Authenticator app", since: factor.created_at })),
  );
}

/** Shows the second factor, where this person has one that this session has not shown. */
export async function passFactor(client: Client, code: string): Promise<ActionResult> {
  const level = await client.auth.mfa.getAuthenticatorAssuranceLevel();
  if (level.error) return failed("Your second factor could not be read. Try again.");
  if (level.data.nextLevel !== "aal2" || level.data.currentLevel === "aal2") return succeeded(null);
  const parsed = factorCode.safeParse(code);
  if (!parsed.success)
    return failed("This account has a second factor. Ask for a new code, and enter your app's code with it.", "second_factor");
  const factors = await readFactors(client);
  if (!factors.ok) return factors;
  for (const { id } of factors.data) {
    const { error } = await client.auth.mfa.challengeAndVerify({ factorId: id, code: parsed.data });
    if (!error) return succeeded(null);
  }
  return failed(WRONG_FACTOR_CODE, "second_factor");
}
