import { createServerClient } from "@supabase/ssr";
import { type NextRequest, NextResponse } from "next/server";
import { USE_HEADER } from "./lib/auth/use-header";
import { env } from "./lib/env";
import { ownHost, refuseOtherHost, refuseOtherOrigin } from "./lib/origin";
import { sessionCookieOptions } from "./lib/supabase/server";

/**
 * Before every page: whether it is asked of this console and by its own pages, a fresh nonce for the Content-Security-Policy, and a session that does not expire while the page renders. Who may
 * see what is decided where the data is, not here.
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const refusal = refuseOtherHost(request) ?? refuseOtherOrigin(request);
  if (refusal !== null)
    return new NextResponse(refusal.why, { status: refusal.status, headers: { "content-type": "text/plain" } });
  const nonce = Buffer.from(crypto.randomUUID()).toString("base64");
  const policy = contentSecurityPolicy(nonce);
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", policy); // Next reads the nonce from here
  const host = ownHost(request);
  if (host !== null) headers.set("x-forwarded-host", host);
  headers.set(USE_HEADER, isUse(request) ? "page" : "poll");

  let response = NextResponse.next({ request: { headers } });
  const client = createServerClient(env().SUPABASE_URL, env().SUPABASE_PUBLISHABLE_KEY, {
    cookieOptions: sessionCookieOptions(),
    cookies: {
      getAll: () => request.cookies.getAll(),
      setAll(written) {
        for (const { name, value } of written) request.cookies.set(name, value);
        headers.set("cookie", request.cookies.toString());
        response = NextResponse.next({ request: { headers } });
        for (const { name, value, options } of written) response.cookies.set(name, value, { ...options, httpOnly: true });
      },
    },
  });
  await client.auth.getSession(); // refreshes an expired session, and writes its cookies
  response.headers.set("content-security-policy", policy);
  if (request.nextUrl.pathname.startsWith("/api/")) response.headers.set("cache-control", "no-store");
  return response;
}

/** What an open page asks by itself, or asks ahead, is no sign that a person is there. */
function isUse(request: NextRequest): boolean {
  return !request.nextUrl.pathname.startsWith("/api/") && !request.headers.has("next-router-prefetch");
}

/** Scripts by nonce alone. Styles may be inline, since dialogs and toasts bring theirs; no style can load or send anything elsewhere. */
function contentSecurityPolicy(nonce: string): string {
  const isDevelopment = process.env.NODE_ENV === "development";
  return [
    "default-src 'self'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ""}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

export const config = { matcher: ["/((?!_next/static|_next/image|favicon.ico|icon.svg|api/health).*)"] };
