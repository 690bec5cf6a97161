"use client";

import type { ReviewSummary } from "@ledgix/contract/review";
import { describeCall } from "@ledgix/sentence/describe";
import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { Status } from "@/components/ui/status";
import { Time } from "@/components/ui/time";
import { cn } from "@/lib/cn";

/** A case in the queue: who wants what, why it paused, since when. */
export function QueueRow({ client, review, isSelected }: { client: string; review: ReviewSummary; isSelected: boolean }) {
  const { agent, text } = describeCall(review);
  const query = useSearchParams().toString();
  return (
    <Link
      href={`/${client}/reviews/${review.request_id}${query && `?${query}`}`}
      aria-current={isSelected ? "true" : undefined}
      className={cn(
        "flex h-full flex-col justify-center gap-0.5 border-b border-l-2 border-b-line border-l-transparent px-4 hover:bg-ink/4",
        isSelected && "border-l-accent bg-accent-soft hover:bg-accent-soft",
      )}
    >
      <span className="flex items-center justify-between gap-3 text-xs text-muted">
        <span className="truncate">{agent}</span>
        <Time at={review.paused_at} className="shrink-0" />
      </span>
      <span className="flex items-center gap-2">
        <span className="min-w-0 flex-1 truncate font-semibold">{sentenceCase(text)}</span>
        {review.status !== "pending_review" && <Status value={review.status} />}
      </span>
      <span className="truncate text-muted">{review.reason}</span>
    </Link>
  );
}

/** The agent stands above, so the row begins with the act: "Refund $1,240.00 to customer cus_123". */
function sentenceCase(text: string): string {
  const act = text.replace(/^wants to /, "");
  return act.charAt(0).toUpperCase() + act.slice(1);
}
