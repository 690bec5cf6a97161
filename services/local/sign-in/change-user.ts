import type { Database } from "@ledgix/tenancy/database";
import { z } from "zod";
import { inTimeClass, refusal, tooManyTries } from "./answers.ts";
import type { Attempts } from "./attempts.ts";
import type { Forward } from "./door.ts";
import type { InTurn } from "./in-turn.ts";
import { endOthers, endSession, openedSession, wasRecovered } from "./sessions.ts";

const user = z.object({ id: z.uuid(), email: z.string() });
const claims = z.object({ session_id: z.uuid() });
const change = z.object({
  password: z.string().optional(),
  current_password: z.string().max(1024).optional(),
  email: z.string().optional(),
});

/**
 * Changes the caller's password: with the current one, or in a session that a code from a mail opened just now. Supabase Lite asks for
 * neither, and leaves other sessions alive.
 */
export async function changeUser(
  door: { database: Database; attempts: Attempts; turns: InTurn; forward: Forward },
  body: Record<string, unknown>,
  caller: { address: string; authorization: string | undefined },
): Promise<Response> {
  const { database, forward } = door;
  const startedAt = performance.now();
  const given = change.safeParse(body);
  if (!given.success) return refusal(400, "validation_failed", "Send a password, and the current one.");
  const { password, current_password: current, email } = given.data;
  // An account's address is what invitations and the separation of duties go by.
  if (email) return refusal(422, "email_change_not_offered", "The address of an account cannot be changed here.");
  const asked = await forward("/user");
  if (!asked.ok) return asked;
  const { id, email: account } = user.parse(await asked.clone().json());
  if (password === undefined) return asked;
  const session = sessionOf(caller.authorization);

  return door.turns(account, async () => {
    if (session === null || !(await wasRecovered(database, session))) {
      if (!current) return refusal(400, "current_password_required", "Enter your current password to set a new one.");
      const { attempt, wait } = await door.attempts.take("sign_in", { account, address: caller.address });
      if (wait > 0) return tooManyTries(wait);
      const proof = await forward("/token?grant_type=password", { method: "POST", body: { email: account, password: current } });
      if (!proof.ok) {
        await inTimeClass(startedAt);
        return refusal(400, "current_password_mismatch", "The current password is another one.");
      }
      const opened = openedSession(proof);
      if (opened !== null) await endSession(database, opened);
      await door.attempts.settle(attempt);
    }
    const changed = await forward("/user", { method: "PUT", body: { password } });
    if (changed.ok) await endOthers(database, id, session);
    return changed;
  });
}

/** The session that an access token names. Supabase Lite has verified the token before. */
function sessionOf(authorization: string | undefined): string | null {
  const payload = authorization?.split(" ")[1]?.split(".")[1] ?? "";
  try {
    const parsed = claims.safeParse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
    return parsed.success ? parsed.data.session_id : null;
  } catch {
    return null;
  }
}
