import type { Database } from "@ledgix/tenancy/database";
import { z } from "zod";

/** Supabase Lite names the session that it opened in a header, and keeps neither its browser nor whether a code from a mail opened it. */
export async function noteSession(
  database: Database,
  answer: Response,
  { agent, isRecovered }: { agent: string | undefined; isRecovered: boolean },
): Promise<void> {
  const session = openedSession(answer);
  if (session === null) return;
  await database.run("update auth.sessions set user_agent = $2 where id = $1", [session, agent?.slice(0, 400) ?? null]);
  if (!isRecovered) return;
  await database.run(
    `insert into private.session_uses (session_id, user_id, recovered_at) select id, user_id, now() from auth.sessions where id = $1
     on conflict (session_id) do update set recovered_at = excluded.recovered_at`,
    [session],
  );
}

/** The session that an answer opened. */
export function openedSession(answer: Response): string | null {
  return z.uuid().nullable().catch(null).parse(answer.headers.get("sb-auth-session-id"));
}

/** Whether a code from a mail opened this session just now, so that it may set a password without the old one. */
export async function wasRecovered(database: Database, session: string): Promise<boolean> {
  const row = await database.row(
    z.object({ session_id: z.string() }),
    "select session_id from private.session_uses where session_id = $1 and recovered_at > now() - interval '15 minutes'",
    [session],
  );
  return row !== null;
}

/** After a password was set: every other session of the account ends, and this one needs the password from now on. */
export async function endOthers(database: Database, userId: string, session: string | null): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.run("delete from auth.sessions where user_id = $1 and id is distinct from $2::uuid", [userId, session]);
    await transaction.run("update private.session_uses set recovered_at = null where user_id = $1", [userId]);
  });
}

export async function endSession(database: Database, session: string): Promise<void> {
  await database.run("delete from auth.sessions where id = $1", [session]);
}
