import type { Metadata } from "next";
import { MembersPage } from "@/components/members/members-page";
import { Prefetched } from "@/components/shell/prefetched";
import { listMembers } from "@/lib/members/list";
import { memberMay, requireMember } from "@/lib/session";
import { membersQuery } from "@/lib/vault/queries";

export const metadata: Metadata = { title: "Members" };

export default async function Members({ params }: { params: Promise<{ client: string }> }) {
  const { client } = await params;
  const member = await requireMember(client);
  const members = await listMembers(member);
  return (
    <Prefetched fill={(queries) => queries.setQueryData(membersQuery(client).queryKey, members)}>
      <MembersPage client={client} self={member.email} role={member.tenant.role} mayManage={memberMay(member, "members:write")} />
    </Prefetched>
  );
}
