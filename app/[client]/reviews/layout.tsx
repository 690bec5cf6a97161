import { reviewList } from "@ledgix/contract/review";
import type { ReactNode } from "react";
import { ReviewPanes } from "@/components/reviews/review-panes";
import { Prefetched } from "@/components/shell/prefetched";
import { memberMay, requireMember } from "@/lib/session";
import { reviewsQuery, waitingCases } from "@/lib/vault/queries";
import { readVault } from "@/lib/vault/server";

export default async function ReviewsLayout({ children, params }: { children: ReactNode; params: Promise<{ client: string }> }) {
  const { client } = await params;
  const member = await requireMember(client);
  const page = await readVault(member, "/reviews?status=pending_review", reviewList);
  const { queryKey } = reviewsQuery(client, waitingCases);
  return (
    <Prefetched fill={(queries) => queries.setQueryData(queryKey, { pages: [page], pageParams: [""] })}>
      <ReviewPanes client={client} mayDecide={memberMay(member, "reviews:decide")}>
        {children}
      </ReviewPanes>
    </Prefetched>
  );
}
