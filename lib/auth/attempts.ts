import "server-only";
import { createHmac } from "node:crypto";
import { type AttemptKind, describeAttempt, untilTimeClass, waitInWords } from "@ledgix/contract/attempts";
import { createClient } from "@supabase/supabase-js";
import { type ActionResult, failed } from "../action-result";
import { env } from "../env";
import type { Database } from "../supabase/database.types";
import { readCaller } from "./caller";

const AWAY = "Sign-in cannot be reached right now. Try again shortly.";

/** Supabase's client for nobody: it carries no session, and keeps none. */
export const anonymous = () =>
  createClient<Database>(env().SUPABASE_URL, env().SUPABASE_PUBLISHABLE_KEY, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  });

/**
 * Does what may be tried only so often: counted before, given back after a success. A failure is answered in its class of time, so that it says
 * nothing of which accounts there are. Where nothing can be counted, nothing is tried.
 */
export async function limited<Data>(
  kind: AttemptKind,
  account: string,
  work: () => Promise<ActionResult<Data>>,
): Promise<ActionResult<Data>> {
  const startedAt = performance.now();
  const { address } = await readCaller();
  const attempt = describeAttempt(kind, { account, address }, keyed);
  const client = anonymous();
  const { data: wait, error } = await client.rpc("take_attempt", {
    buckets: attempt.buckets,
    known: attempt.known,
  });
  if (error || wait === null) return failed(AWAY);
  if (wait > 0) return tooMany(kind, wait);
  const result = await work();
  if (result.ok) {
    await client.rpc("settle_attempt", {
      returned: attempt.returned,
      emptied: attempt.emptied,
      ...(attempt.noted !== null && { known: attempt.noted }),
    });
  }
  if (!result.ok || kind === "reset")
    await new Promise((resolve) => setTimeout(resolve, untilTimeClass(performance.now() - startedAt)));
  return result;
}

/** The same key on all replicas, so that they count together. */
function keyed(text: string): string {
  const key = env().CONSOLE_ATTEMPTS_SECRET ?? env().SUPABASE_PUBLISHABLE_KEY;
  return createHmac("sha256", key).update(`attempts at the console\n${text}`).digest("hex");
}

const WAY_ON: Record<AttemptKind, string> = {
  sign_in: " Or reset your password.",
  sign_up: "",
  reset: " A code that you were sent still works.",
  verify: " Or ask for a new code.",
  factor: "",
};
const tooMany = (kind: AttemptKind, seconds: number) =>
  failed(`Too many tries. Try again in ${waitInWords(seconds)}.${WAY_ON[kind]}`, "too_many_tries");

/** What Supabase's own limits say, in our words. */
export function refusedBySupabase(error: { status?: number | undefined }, otherwise: string): ActionResult<never> {
  if (error.status === 429) return failed("Too many tries. Try again in a few minutes.", "too_many_tries");
  return failed(error.status && error.status < 500 ? otherwise : AWAY);
}
