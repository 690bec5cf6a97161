import { env } from "@/lib/env";
import { endMail } from "@/lib/notifications/actions";

type Context = { params: Promise<{ token: string }> };

/** One click in a mail program (RFC 8058): it posts, and no person sees a page. */
export async function POST(_request: Request, { params }: Context): Promise<Response> {
  const result = await endMail((await params).token);
  return new Response(null, { status: result.ok ? 200 : 404 });
}

/** A link that is merely followed changes nothing: it leads to the page that asks. */
export async function GET(_request: Request, { params }: Context): Promise<Response> {
  return Response.redirect(new URL(`/unsubscribe#${(await params).token}`, env().CONSOLE_URL), 303);
}
