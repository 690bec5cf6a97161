import type { LocalConfig } from "./config.ts";

/** Every name of this machine's loopback interface, as a browser writes it. */
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** The names that the local ports answer to. A page whose name was led to this machine (DNS rebinding) has another one. */
export function allowedHosts({ LEDGIX_ALLOWED_HOSTS }: Pick<LocalConfig, "LEDGIX_ALLOWED_HOSTS">): string[] {
  return [...LOOPBACK, ...LEDGIX_ALLOWED_HOSTS];
}

type Fetch = (request: Request, env: object) => Response | Promise<Response>;

/** Serves requests to these names alone, whatever their port. */
export function onlyFor(hosts: readonly string[], fetch: Fetch): Fetch {
  return (request, env) => (hosts.includes(nameIn(request.headers.get("host"))) ? fetch(request, env) : refusal(hosts));
}

/** The name of a Host header, without its port. */
const nameIn = (host: string | null) => (host ?? "").toLowerCase().replace(/:\d{1,5}$/, "");

function refusal(hosts: readonly string[]): Response {
  const names = new Intl.ListFormat("en").format(hosts);
  const detail = `This port answers to ${names}. To reach it by another name, add that to LEDGIX_ALLOWED_HOSTS and start again.`;
  return Response.json(
    { type: "about:blank", title: "Misdirected request", status: 421, code: "host_not_allowed", detail },
    { status: 421, headers: { "content-type": "application/problem+json", "cache-control": "no-store" } },
  );
}
