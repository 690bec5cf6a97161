import { requireMember } from "@/lib/session";
import { readablePath } from "@/lib/vault/readable";
import { vaultFetch } from "@/lib/vault/server";

/** Of `/api/{client}/vault/`, the empty one in front counted. */
const SEGMENTS_BEFORE = 4;

/** Passes a read, or the event stream, on to Vault with the member's own token. */
export async function GET(
  request: Request,
  { params }: { params: Promise<{ client: string; path: string[] }> },
): Promise<Response> {
  const { client } = await params;
  const member = await requireMember(client);
  const { pathname, search } = new URL(request.url);
  // As it was sent: what a router has decoded cannot be told apart any more.
  const path = readablePath(pathname.split("/").slice(SEGMENTS_BEFORE).join("/"));
  if (path === null) return new Response(null, { status: 404 });
  const lastEventId = request.headers.get("last-event-id");
  const answer = await vaultFetch(member, path + search, {
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
