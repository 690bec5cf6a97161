import "server-only";
import { type CookieOptionsWithName, createServerClient } from "@supabase/ssr";
import { cookies } from "next/headers";
import { readCaller } from "../auth/caller";
import { env } from "../env";
import type { Database } from "./database.types";

/**
 * Never readable by scripts, and sent with same-site requests only. The name holds the port, since cookies do not know ports: two
 * installations on one machine keep a session each.
 */
export function sessionCookieOptions(): CookieOptionsWithName {
  const { protocol, port } = new URL(env().CONSOLE_URL);
  return {
    name: `ledgix-session${port && `-${port}`}`,
    httpOnly: true,
    sameSite: "lax",
    secure: protocol === "https:",
    path: "/",
  };
}

/** Supabase's client with the signed-in member's session, for server components, actions and route handlers. */
export async function supabase() {
  const store = await cookies();
  const { agent } = await readCaller();
  return createServerClient<Database>(env().SUPABASE_URL, env().SUPABASE_PUBLISHABLE_KEY, {
    cookieOptions: sessionCookieOptions(),
    // Auth keeps it with the session that it opens.
    ...(agent !== "" && { global: { headers: { "user-agent": agent } } }),
    cookies: {
      getAll: () => store.getAll(),
      setAll(written) {
        try {
          for (const { name, value, options } of written) store.set(name, value, { ...options, httpOnly: true });
        } catch {
          // A server component cannot set cookies; the proxy has refreshed the session already.
        }
      },
    },
  });
}
