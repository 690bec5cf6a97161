"use client";

import type { ReviewSummary } from "@ledgix/contract/review";
import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { Status } from "@/components/ui/status";
import { Time } from "@/components/ui/time";
import { cn } from "@/lib/cn";
import { useSelection } from "./selection";
import { useSentences } from "./use-sentences";

type Props = { client: string; review: ReviewSummary; isSelected: boolean; mayDecide: boolean };

/** A case in the queue: who wants what, why it paused, since when. */
export function QueueRow({ client, review, isSelected, mayDecide }: Props) {
  const { agent, text } = useSentences(client)({ ...review, is_redacted: review.redacted_at !== null });
  const query = useSearchParams().toString();
  const { ids, toggle } = useSelection();
  const isPicked = ids.has(review.request_id);
  const isOpen = review.status === "pending_review";
  return (
    <div
      className={cn(
        "group relative flex h-full border-b border-l-2 border-b-line border-l-transparent hover:bg-ink/4",
        isSelected && "border-l-accent bg-accent-soft hover:bg-accent-soft",
        isPicked && !isSelected && "bg-accent-soft/60",
      )}
    >
      {mayDecide && isOpen && (
        <input
          type="checkbox"
          checked={isPicked}
          onChange={() => toggle(review.request_id)}
          aria-label={`Pick: ${agent} ${text}`}
          className="absolute top-8 left-4 size-4 accent-(--accent)"
        />
      )}
      <Link
        href={`/${client}/reviews/${review.request_id}${query && `?${query}`}`}
        aria-current={isSelected ? "true" : undefined}
        className={cn("flex min-w-0 flex-1 flex-col justify-center gap-0.5 px-4", mayDecide && "ml-8 pl-3")}
      >
        <span className="flex items-center justify-between gap-3 text-xs text-muted">
          <span className="truncate">
            {agent}
            {review.assignee && ` · ${review.assignee.split("@")[0]}`}
          </span>
          <span className="flex shrink-0 items-center gap-2">
            {isOpen && review.approvals_needed > 1 && (
              <span>
                <span aria-hidden>
                  {review.approvals}/{review.approvals_needed}
                </span>
                <span className="sr-only">
                  {review.approvals} of {review.approvals_needed} approvals
                </span>
              </span>
            )}
            {isOpen && review.due_at ? <DueTime at={review.due_at} /> : <Time at={review.paused_at} />}
          </span>
        </span>
        <span className="flex items-center gap-2">
          <span className="min-w-0 flex-1 truncate font-semibold">{sentenceCase(text)}</span>
          {!isOpen && <Status value={review.status} />}
        </span>
        <span className="truncate text-muted">{secondLineOf(review)}</span>
      </Link>
    </div>
  );
}

/** Why it paused; of what nobody may go by, why not. */
function secondLineOf(review: ReviewSummary): string {
  if (review.is_mismatched)
    return `Does not match its record${review.status === "pending_review" ? ", so it can only be denied" : ""}.`;
  return review.redacted_at === null ? review.reason : "";
}

function DueTime({ at }: { at: string }) {
  return (
    <span className="text-paused">
      due <Time at={at} />
    </span>
  );
}

/** The agent stands above, so the row begins with the act: "Refund $1,240.00 to customer cus_123". */
function sentenceCase(text: string): string {
  const act = text.replace(/^wants to /, "");
  return act.charAt(0).toUpperCase() + act.slice(1);
}
