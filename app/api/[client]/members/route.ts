import { listMembers } from "@/lib/members/list";
import { requireMember } from "@/lib/session";

export async function GET(_request: Request, { params }: { params: Promise<{ client: string }> }): Promise<Response> {
  return Response.json(await listMembers(await requireMember((await params).client)));
}
