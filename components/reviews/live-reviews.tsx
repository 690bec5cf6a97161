"use client";

import type { reviewList } from "@ledgix/contract/review";
import { type ReviewEvent, type ReviewSummary, reviewEvent, reviewEventTypes } from "@ledgix/contract/review";
import { type InfiniteData, type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { z } from "zod";
import { noticeInBrowser, PendingBadge } from "@/components/shell/browser-notices";
import { reviewQuery } from "@/lib/vault/queries";
import { arrivalsKey, isListInUse } from "./arrivals";

type Pages = InfiniteData<z.infer<typeof reviewList>>;

/** Follows the tenant's event stream for as long as the console is open. The browser reconnects, and says where it was. */
export function LiveReviews({ client }: { client: string }) {
  const queries = useQueryClient();
  useEffect(() => {
    const source = new EventSource(`/api/${client}/vault/reviews/stream`);
    const onEvent = (message: MessageEvent<string>) => {
      const event = reviewEvent.safeParse(JSON.parse(message.data));
      if (!event.success) return;
      applyEvent(queries, client, event.data);
      void noticeInBrowser(queries, client, event.data).catch(() => {}); // a notice that cannot be shown is no failure of the page
    };
    for (const type of reviewEventTypes) source.addEventListener(type, onEvent);
    // What happened between the page's first read and the stream's begin, or while the stream was away, came by neither.
    source.onopen = () => {
      void queries.invalidateQueries({ queryKey: [client, "reviews"] });
      void queries.invalidateQueries({ queryKey: [client, "review"] });
    };
    return () => source.close();
  }, [client, queries]);
  return <PendingBadge client={client} />;
}

function applyEvent(queries: QueryClient, client: string, event: ReviewEvent): void {
  void queries.invalidateQueries({ queryKey: [client, "review", event.request_id] });
  queries.setQueriesData<Pages>({ queryKey: [client, "reviews"] }, (data) => data && withEvent(data, event));
  if (event.type === "review.updated") void showUpdate(queries, client, event.request_id).catch(() => {}); // the case itself says what failed
  if (event.type !== "review.pending") return;
  // Nothing jumps under a reader's eyes: while the list is in use, what is new waits behind a button.
  if (isListInUse()) queries.setQueryData<number>(arrivalsKey(client), (count = 0) => count + 1);
  else void queries.invalidateQueries({ queryKey: [client, "reviews"] });
}

/** An approval of two, or another assignee: the row says so in its place. */
async function showUpdate(queries: QueryClient, client: string, requestId: string): Promise<void> {
  const lists = queries.getQueriesData<Pages>({ queryKey: [client, "reviews"] }).flatMap(([, data]) => data?.pages ?? []);
  if (!lists.some((page) => page.reviews.some((review) => review.request_id === requestId))) return;
  const { approvals, assignee } = await queries.fetchQuery({ ...reviewQuery(client, requestId), staleTime: 0 });
  queries.setQueriesData<Pages>(
    { queryKey: [client, "reviews"] },
    (data) => data && withRow(data, requestId, (review) => ({ ...review, approvals, assignee })),
  );
}

function withRow(data: Pages, requestId: string, change: (review: ReviewSummary) => ReviewSummary): Pages {
  return {
    ...data,
    pages: data.pages.map((page) => ({
      ...page,
      reviews: page.reviews.map((review) => (review.request_id === requestId ? change(review) : review)),
    })),
  };
}

/** A decided row stays in its place and says so; the count of what waits is the stream's. */
function withEvent(data: Pages, event: ReviewEvent): Pages {
  const { pages, ...rest } = withRow(data, event.request_id, (review) => ({ ...review, status: event.status }));
  return { ...rest, pages: pages.map((page) => ({ ...page, total_pending: event.total_pending })) };
}
