import { listAuditEvents } from "@/lib/audit/list";
import { auditCursor } from "@/lib/audit/schema";
import { csvLines } from "@/lib/csv";
import { requireMember } from "@/lib/session";

/** A page of the audit trail as JSON, or with `format=csv` all of it that the filter finds, as a download. */
export async function GET(request: Request, { params }: { params: Promise<{ client: string }> }): Promise<Response> {
  const member = await requireMember((await params).client);
  const query = new URL(request.url).searchParams;
  const filter = { q: query.get("q") ?? "", actor: query.get("actor") ?? "", action: query.get("action") ?? "" };
  if (query.get("format") !== "csv") {
    const cursor = auditCursor.safeParse(query.get("cursor") || null);
    if (cursor.success) return Response.json(await listAuditEvents(member, filter, cursor.data));
    const detail = "The cursor is not one that this list gave. Start again without it.";
    return Response.json({ detail, code: "invalid_parameter" }, { status: 400 });
  }

  let cursor: number | null = null;
  let isFirst = true;
  const lines = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const page = await listAuditEvents(member, filter, cursor, 500);
      const head = isFirst ? [["id", "at", "actor", "action", "target", "detail"]] : [];
      const body = page.events.map((event) => [
        event.id,
        event.created_at,
        event.actor_email,
        event.action,
        event.target,
        event.detail,
      ]);
      if (head.length + body.length > 0) controller.enqueue(new TextEncoder().encode(csvLines([...head, ...body])));
      isFirst = false;
      cursor = auditCursor.parse(page.next_cursor);
      if (cursor === null) controller.close();
    },
  });
  return new Response(lines, {
    headers: { "content-type": "text/csv; charset=utf-8", "content-disposition": 'attachment; filename="audit-trail.csv"' },
  });
}
