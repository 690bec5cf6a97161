"use client";

import { reviewFilterNames } from "@ledgix/contract/review";
import { useSearchParams } from "next/navigation";
import { changeAddress } from "@/lib/address";
import type { ReviewFilter } from "@/lib/vault/queries";

/** Ages in seconds that the queue can be narrowed by. */
export const ages = { "3600": "an hour", "86400": "a day", "604800": "a week" };
/** Statuses besides the one that waits. */
export const statuses = { approved: "Approved", denied: "Denied", all: "Every status" };

export type FilterName = (typeof reviewFilterNames)[number];

/** The filter of the queue, from the address. */
export function useReviewFilter(): ReviewFilter {
  const params = useSearchParams();
  const set = reviewFilterNames.flatMap((name) => (params.get(name) ? [[name, params.get(name) ?? ""]] : []));
  return { status: "pending_review", ...Object.fromEntries(set) };
}

/** Everything that is not what the queue opens with, without the words of the search. */
export function chosenFilters(filter: ReviewFilter): [FilterName, string][] {
  return reviewFilterNames.flatMap((name) => {
    const value = filter[name];
    const isChosen = value !== undefined && name !== "q" && !(name === "status" && value === "pending_review");
    return isChosen ? [[name, value] as [FilterName, string]] : [];
  });
}

/** Writes a change of the filter into the address; an empty value takes a part away. */
export function setFilter(change: Partial<Record<FilterName, string>>): void {
  changeAddress({ ...change, ...(change.status === "pending_review" && { status: "" }) });
}

export function addressOf(pathname: string, filter: ReviewFilter): string {
  const set = reviewFilterNames.filter((name) => filter[name] && !(name === "status" && filter[name] === "pending_review"));
  const query = new URLSearchParams(set.map((name) => [name, filter[name] ?? ""]));
  return query.size === 0 ? pathname : `${pathname}?${query}`;
}
