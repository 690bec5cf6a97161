import type { ReviewCase } from "@ledgix/contract/review";
import Link from "next/link";
import { Time } from "@/components/ui/time";

const words: Record<string, string> = {
  "clearance.approved": "Approved by policy",
  "clearance.denied": "Denied by policy",
  "clearance.paused": "Paused for a person",
  "clearance.cancelled": "Cancelled by the caller",
  "clearance.lapsed": "Approval lapsed unused",
  "review.approved": "Approved",
  "review.denied": "Denied",
  "review.endorsed": "First approval",
  "review.expired": "Denied, since nobody answered in time",
  "token.minted": "Approved again for an identical action",
  "token.consumed": "Token used by the tool",
};

/** What happened, each line an event of the ledger. */
export function CaseTimeline({ client, timeline }: { client: string; timeline: ReviewCase["timeline"] }) {
  return (
    <ol className="flex flex-col gap-2">
      {timeline.map((entry) => (
        <li key={entry.event_uuid} className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-semibold">{words[entry.type] ?? entry.type}</span>
          {entry.actor && <span className="min-w-0 break-words text-muted">by {entry.actor}</span>}
          <Time at={entry.at} className="text-muted" />
          <Link href={`/${client}/ledger/${entry.event_uuid}`} className="text-xs text-accent underline underline-offset-2">
            proof<span className="sr-only"> of {words[entry.type] ?? entry.type}</span>
          </Link>
        </li>
      ))}
    </ol>
  );
}
