import { slackState } from "@ledgix/contract/notifications";
import { cookies } from "next/headers";
import { z } from "zod";
import { env } from "@/lib/env";
import { SLACK_COOKIE, slackRedirectUri } from "@/lib/notifications/slack-cookie";
import { requireMember } from "@/lib/session";
import { callVault, json } from "@/lib/vault/server";

const kept = z.object({ state: z.string(), clientId: z.uuid(), purpose: z.enum(["install", "link"]) });

/** Where Slack sends a person back to. Taken only in the browser that began the conversation, once. */
export async function GET(request: Request): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const store = await cookies();
  const cookie = store.get(SLACK_COOKIE)?.value;
  const begun = kept.safeParse(parsed(cookie ?? "null"));
  store.delete({ name: SLACK_COOKIE, path: "/api/slack" });
  if (cookie !== undefined && !begun.success)
    return new Response("What this browser kept of the way to Slack cannot be read. Begin again in the settings.", {
      status: 400,
    });
  const to = (path: string) => Response.redirect(new URL(path, env().CONSOLE_URL), 303);
  if (!begun.success || begun.data.state !== query.get("state")) return to("/");
  const { clientId, purpose } = begun.data;
  const page = `/${clientId}/settings/${purpose === "install" ? "integrations" : "account"}`;
  const code = query.get("code");
  if (code === null) return to(`${page}?slack=declined`);
  const member = await requireMember(clientId);
  const body = { code, redirect_uri: slackRedirectUri(env().CONSOLE_URL) };
  const result = await callVault(member, `/slack/${purpose}`, slackState, json("POST", body));
  return to(`${page}?${new URLSearchParams(result.ok ? { slack: "done" } : { slack: "failed", why: result.error })}`);
}

/** A cookie is the browser's to send, whatever it holds. */
function parsed(cookie: string): unknown {
  try {
    return JSON.parse(cookie);
  } catch {
    return null;
  }
}
