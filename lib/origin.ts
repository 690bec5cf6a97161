import { env } from "./env";

/** A request that this console does not take, in words for who sent it. */
export type Refusal = { status: 403 | 421; why: string };

/** Refuses a name that is none of this server's: a page whose name was led here (DNS rebinding) has its own. */
export function refuseOtherHost(request: Request): Refusal | null {
  const names = env().CONSOLE_ALLOWED_HOSTS;
  const name = (request.headers.get("host") ?? "").toLowerCase().replace(/:\d{1,5}$/, "");
  if (names === undefined || names.includes(name)) return null;
  return { status: 421, why: `This console does not answer to that name. Open ${env().CONSOLE_URL}` };
}

/**
 * Refuses what another site's page sends. Browsers say of each POST where it comes from; what says nothing is no browser's, and carries no
 * session.
 */
export function refuseOtherOrigin(request: Request): Refusal | null {
  const origin = request.headers.get("origin");
  if (["GET", "HEAD", "OPTIONS"].includes(request.method) || origin === null || isOwn(origin)) return null;
  const from = URL.canParse(origin) ? new URL(origin).origin : "a page that does not say its address";
  return {
    status: 403,
    why:
      `This came from ${from}, and the console's address is ${new URL(env().CONSOLE_URL).origin}. ` +
      "Open the console there, or have CONSOLE_URL set to the address that people use.",
  };
}

/** The host that Next compares the origin with, for a page of the console's own: a proxy may have dropped its port. */
export function ownHost(request: Request): string | null {
  const origin = request.headers.get("origin");
  return origin !== null && isOwn(origin) ? new URL(origin).host : null;
}

/** The console's address; on the embedded default, the same port under each name of this machine. */
function isOwn(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const [from, own] = [new URL(origin), new URL(env().CONSOLE_URL)];
  if (from.origin === own.origin) return true;
  const isNamed = env().CONSOLE_ALLOWED_HOSTS?.includes(from.hostname) ?? false;
  return isNamed && from.protocol === own.protocol && from.port === own.port;
}
