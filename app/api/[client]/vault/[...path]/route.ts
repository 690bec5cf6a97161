import { requireMember } from "@/lib/session";
import { vaultFetch } from "@/lib/vault/server";

/** What the browser reads live. Everything else goes through server actions. */
const READABLE = new Set([
  "reviews",
  "review-views",
  "absence",
  "policies",
  "policy-uploads",
  "policy-coverage",
  "policy-embedding",
  "policy-terms",
  "tools",
  "confluence",
  "insights",
  "tenant-settings",
  "ledger",
  ".well-known",
  "review-settings",
  "notification-settings",
  "deliveries",
  "webhooks",
  "slack",
]);

/** Passes a read, or the event stream, on to Vault with the member's own token. */
export async function GET(
  request: Request,
  { params }: { params: Promise<{ client: string; path: string[] }> },
): Promise<Response> {
  const { client, path } = await params;
  const member = await requireMember(client);
  if (!READABLE.has(path[0] ?? "") || path.some((segment) => segment === ".." || segment === "."))
    return new Response(null, { status: 404 });
  const lastEventId = request.headers.get("last-event-id");
  const target = `/${path.map(encodeURIComponent).join("/")}${new URL(request.url).search}`;
  const answer = await vaultFetch(member, target, {
    signal: request.signal,
    headers: lastEventId === null ? {} : { "last-event-id": lastEventId },
  }).catch(() => null);
  if (answer === null)
    return Response.json({ detail: "Vault cannot be reached right now.", code: "vault_unreachable" }, { status: 503 });
  return new Response(answer.body, {
    status: answer.status,
    headers: {
      "content-type": answer.headers.get("content-type") ?? "application/json",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    },
  });
}
