"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Kbd } from "@/components/ui/kbd";
import { EmptyState } from "@/components/ui/state";
import { reviewsQuery } from "@/lib/vault/queries";
import { useReviewFilter } from "./review-filter";

/** Beside the queue while no case is open. Says nothing where there is none to open. */
export function NoCaseChosen({ client }: { client: string }) {
  const { data } = useInfiniteQuery(reviewsQuery(client, useReviewFilter()));
  if (!data?.pages[0]?.reviews.length) return null;
  return (
    <div className="hidden h-full items-center lg:flex">
      <EmptyState title="Choose a case">
        Press <Kbd>j</Kbd> to open the first one, and <Kbd>?</Kbd> for every key.
      </EmptyState>
    </div>
  );
}
