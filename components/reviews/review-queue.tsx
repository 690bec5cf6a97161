"use client";

import { formatNumber } from "@ledgix/sentence/money";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowUp, Search } from "lucide-react";
import dynamic from "next/dynamic";
import { useEffect, useRef } from "react";
import { FirstRequestLink } from "@/components/first-run/first-request-link";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { SkeletonRows } from "@/components/ui/skeleton";
import { EmptyState, ErrorState } from "@/components/ui/state";
import { reviewsQuery } from "@/lib/vault/queries";
import { arrivalsKey, setListInUse } from "./arrivals";
import { FilterChips, QueueFilters } from "./queue-filters";
import { QueueRow } from "./queue-row";
import { chosenFilters, setFilter, useReviewFilter } from "./review-filter";
import { SavedViews } from "./saved-views";
import { useSelection } from "./selection";

// Read when the first case is picked.
const BatchBar = dynamic(() => import("./batch-bar").then((module) => module.BatchBar), { ssr: false });

const ROW_HEIGHT = 84;
/** Rows before the end at which the next page is read. */
const READ_AHEAD = 15;

export function ReviewQueue({ client, selected, mayDecide }: { client: string; selected: string | null; mayDecide: boolean }) {
  const filter = useReviewFilter();
  const { ids } = useSelection();
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery(reviewsQuery(client, filter));
  const reviews = data?.pages.flatMap((page) => page.reviews) ?? [];
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: reviews.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  });
  const rows = virtualizer.getVirtualItems();
  const lastShown = rows.at(-1)?.index ?? 0;

  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && lastShown >= reviews.length - READ_AHEAD) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, lastShown, reviews.length, fetchNextPage]);

  useEffect(() => {
    const update = () => setListInUse(selected !== null || (scroller.current?.scrollTop ?? 0) > 0);
    update();
    const element = scroller.current;
    element?.addEventListener("scroll", update, { passive: true });
    return () => element?.removeEventListener("scroll", update);
  }, [selected]);

  return (
    <>
      <QueueHeader
        client={client}
        total={data?.pages[0]?.total_pending}
        mayDecide={mayDecide}
        scrollToTop={() => virtualizer.scrollToOffset(0)}
      />
      <div
        ref={scroller}
        className="min-h-0 flex-1 overflow-y-auto max-lg:h-[calc(100dvh-14rem)] max-lg:flex-none"
        data-testid="queue"
      >
        {error ? (
          <ErrorState message={error.message} retry={() => void refetch()} />
        ) : data === undefined ? (
          <SkeletonRows label="Reading the queue" />
        ) : reviews.length === 0 ? (
          <QueueEmpty client={client} isFiltered={filter.q !== undefined || chosenFilters(filter).length > 0} />
        ) : (
          <ul aria-label="Paused requests" className="relative" style={{ height: virtualizer.getTotalSize() }}>
            {rows.map((row) => {
              const review = reviews[row.index];
              if (review === undefined) return null;
              return (
                <li
                  key={review.request_id}
                  className="absolute inset-x-0 top-0"
                  style={{ height: row.size, transform: `translateY(${row.start}px)` }}
                >
                  <QueueRow client={client} review={review} isSelected={review.request_id === selected} mayDecide={mayDecide} />
                </li>
              );
            })}
          </ul>
        )}
      </div>
      {mayDecide && ids.size > 0 && <BatchBar client={client} reviews={reviews} />}
    </>
  );
}

type HeaderProps = { client: string; total: number | undefined; mayDecide: boolean; scrollToTop: () => void };

function QueueHeader({ client, total, mayDecide, scrollToTop }: HeaderProps) {
  const queries = useQueryClient();
  const { data: arrivals = 0 } = useQuery<number>({
    queryKey: arrivalsKey(client),
    queryFn: () => 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const filter = useReviewFilter();
  const showArrivals = () => {
    queries.setQueryData(arrivalsKey(client), 0);
    scrollToTop();
    void queries.invalidateQueries({ queryKey: [client, "reviews"] });
  };
  return (
    <header className="flex flex-col gap-3 border-b border-line p-4">
      <div className="flex items-center justify-between gap-3">
        <h1 className="text-base font-semibold">
          Reviews{" "}
          {total !== undefined && (
            <span className="font-normal text-muted">{total === 0 ? "nothing waits" : `${formatNumber(total)} waiting`}</span>
          )}
        </h1>
        {arrivals > 0 && (
          <Button size="sm" onClick={showArrivals}>
            <ArrowUp /> {arrivals} new
          </Button>
        )}
      </div>
      <div className="flex gap-2">
        <search className="relative min-w-0 flex-1">
          <form
            className="contents"
            onSubmit={(event) => {
              event.preventDefault();
              setFilter({ q: String(new FormData(event.currentTarget).get("q") ?? "").trim() });
            }}
          >
            <Search className="absolute top-2.5 left-2.5 size-4 text-muted" aria-hidden />
            <Input
              key={filter.q ?? ""}
              name="q"
              id="queue-search"
              defaultValue={filter.q ?? ""}
              placeholder="Tool, agent or argument"
              aria-label="Search the queue"
              className="pl-8"
            />
          </form>
        </search>
        <QueueFilters client={client} />
        <SavedViews client={client} maySave={mayDecide} />
      </div>
      <FilterChips />
    </header>
  );
}

function QueueEmpty({ client, isFiltered }: { client: string; isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <EmptyState title="Nothing fits">
        No case has this status and these words. Change the search or the status above.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="Nothing waits for you" action={<FirstRequestLink client={client} />}>
      When a request pauses, it appears here by itself. You can leave this page open.
    </EmptyState>
  );
}
