import { reviewCase } from "@ledgix/contract/review";
import type { Metadata } from "next";
import { CaseView } from "@/components/reviews/case-view";
import { Prefetched } from "@/components/shell/prefetched";
import { memberMay, requireMember } from "@/lib/session";
import { reviewQuery } from "@/lib/vault/queries";
import { callVault } from "@/lib/vault/server";

export const metadata: Metadata = { title: "Case" };

export default async function Case({ params }: { params: Promise<{ client: string; requestId: string }> }) {
  const { client, requestId } = await params;
  const member = await requireMember(client);
  const found = await callVault(member, `/reviews/${encodeURIComponent(requestId)}`, reviewCase);
  return (
    // What could not be read is asked for again, and explained, by the view.
    <Prefetched fill={(queries) => found.ok && queries.setQueryData(reviewQuery(client, requestId).queryKey, found.data)}>
      <CaseView
        client={client}
        requestId={requestId}
        self={member.email.toLowerCase()}
        mayCollaborate={memberMay(member, "reviews:collaborate")}
      />
    </Prefetched>
  );
}
