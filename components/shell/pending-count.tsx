"use client";

import { formatNumber } from "@ledgix/sentence/money";
import { useInfiniteQuery } from "@tanstack/react-query";
import { reviewsQuery, waitingCases } from "@/lib/vault/queries";

/** How many cases wait, kept current by the event stream. */
export function PendingCount({ client, isDot = false }: { client: string; isDot?: boolean }) {
  const { data } = useInfiniteQuery(reviewsQuery(client, waitingCases));
  const count = data?.pages[0]?.total_pending ?? 0;
  if (count === 0) return null;
  if (isDot) return <span className="absolute -top-1 -right-1.5 size-2 rounded-full bg-paused" />;
  return (
    <span className="ml-auto rounded-full bg-paused-soft px-1.5 text-xs font-semibold text-paused">
      {formatNumber(count)}
      <span className="sr-only"> waiting</span>
    </span>
  );
}
