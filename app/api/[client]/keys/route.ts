import { listKeys } from "@/lib/keys/list";
import { requireMember } from "@/lib/session";

export async function GET(_request: Request, { params }: { params: Promise<{ client: string }> }): Promise<Response> {
  return Response.json(await listKeys(await requireMember((await params).client)));
}
