"use server";

import { redirect } from "next/navigation";
import { z } from "zod";
import { type ActionResult, failed, succeeded } from "../action-result";
import { supabase } from "../supabase/server";
import { proveCurrentPassword } from "./account-actions";
import { limited } from "./attempts";
import { firstIssue } from "./schema";
import { factorCode, passFactor, readFactors, WRONG_FACTOR_CODE } from "./second-factor";
import { touchSession } from "./touch-session";

export type Factor = { id: string; name: string; since: string };
export type NewFactor = { id: string; qrCode: string; secret: string };

export async function listFactors(): Promise<ActionResult<Factor[]>> {
  return readFactors(await supabase());
}

/** Begins with an authenticator app: a secret that counts only once a code of it was shown. */
export async function startFactor(input: { current: string }): Promise<ActionResult<NewFactor>> {
  const proven = await proveCurrentPassword(input.current);
  if (!proven.ok) return proven;
  const { mfa } = (await supabase()).auth;
  const { data: kept } = await mfa.listFactors();
  for (const left of kept?.all.filter((factor) => factor.status === "unverified") ?? [])
    await mfa.unenroll({ factorId: left.id });
  const { data, error } = await mfa.enroll({ factorType: "totp", friendlyName: "Authenticator app", issuer: "Ledgix" });
  if (error) return failed("Your project does not take a second factor right now. Ask whoever runs it.");
  return succeeded({ id: data.id, qrCode: data.totp.qr_code, secret: data.totp.secret });
}

/** Confirms the app with a code that it shows. From then on every sign-in asks for one. */
export async function confirmFactor(input: { id: string; code: string }): Promise<ActionResult> {
  const parsed = z.object({ id: z.uuid(), code: factorCode }).safeParse(input);
  if (!parsed.success) return firstIssue(parsed.error);
  return withCount(async (client) => {
    const { error } = await client.auth.mfa.challengeAndVerify({ factorId: parsed.data.id, code: parsed.data.code });
    return error ? failed(WRONG_FACTOR_CODE) : succeeded(null);
  });
}

/** Takes the second factor away, with the current password. The session has shown the factor: without, it sees no page. */
export async function removeFactor(input: { id: string; current: string }): Promise<ActionResult> {
  const id = z.uuid().parse(input.id);
  const proven = await proveCurrentPassword(input.current);
  if (!proven.ok) return proven;
  const client = await supabase();
  const { error } = await client.auth.mfa.unenroll({ factorId: id });
  return error ? failed("The second factor stays. Sign in again with its code, and try again.") : succeeded(null);
}

/** At sign-in: the code of the app, after the password. */
export async function showFactor(_previous: ActionResult | null, form: FormData): Promise<ActionResult> {
  const parsed = factorCode.safeParse(form.get("code") ?? "");
  if (!parsed.success) return firstIssue(parsed.error);
  const result = await withCount((client) => passFactor(client, parsed.data));
  if (!result.ok) return result;
  const client = await supabase();
  const { data } = await touchSession(client);
  if (data !== "whole") return failed("This session has ended. Sign in again.");
  redirect("/");
}

type Client = Awaited<ReturnType<typeof supabase>>;

async function withCount(work: (client: Client) => Promise<ActionResult>): Promise<ActionResult> {
  const client = await supabase();
  const { data } = await client.auth.getUser();
  if (!data.user?.email) return failed("This session has ended. Sign in again.");
  return limited("factor", data.user.email, () => work(client));
}
