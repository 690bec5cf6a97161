import type { ReviewCase } from "@ledgix/contract/review";
import Link from "next/link";
import { whatHappened } from "@/components/ledger/event-label";
import { Time } from "@/components/ui/time";

/** What happened, each line an event of the ledger. */
export function CaseTimeline({ client, timeline }: { client: string; timeline: ReviewCase["timeline"] }) {
  return (
    <ol className="flex flex-col gap-2">
      {timeline.map((entry) => (
        <li key={entry.event_uuid} className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-semibold">{whatHappened(entry.type)}</span>
          {entry.actor && <span className="min-w-0 break-words text-muted">by {entry.actor}</span>}
          <Time at={entry.at} className="text-muted" />
          <Link href={`/${client}/ledger/${entry.event_uuid}`} className="text-xs text-accent underline underline-offset-2">
            proof<span className="sr-only"> of {whatHappened(entry.type)}</span>
          </Link>
        </li>
      ))}
    </ol>
  );
}
