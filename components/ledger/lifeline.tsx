"use client";

import type { LedgerEntry } from "@ledgix/contract/ledger";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { Skeleton } from "@/components/ui/skeleton";
import { Time } from "@/components/ui/time";
import { cn } from "@/lib/cn";
import { lifelineQuery } from "@/lib/vault/queries";
import { eventRecordOf, whatHappened } from "./event-label";

const by: Record<string, string> = { console: "in the console", slack: "in Slack", api: "by the API", rule: "by its deadline" };

/** What happened with the request, from the first event to the last; the entry at hand stands out. */
export function Lifeline({ client, entry }: { client: string; entry: LedgerEntry }) {
  const { data } = useQuery(lifelineQuery(client, entry.request_id));
  if (data === undefined) return <Skeleton className="h-16 w-full" />;
  return (
    <ol aria-label="Lifeline" className="flex flex-col sm:flex-row sm:overflow-x-auto">
      {data.entries.toReversed().map((event) => {
        const record = eventRecordOf(event);
        const isHere = event.event_uuid === entry.event_uuid;
        return (
          <li
            key={event.event_uuid}
            className="relative flex gap-3 pb-4 sm:min-w-44 sm:flex-1 sm:flex-col sm:gap-2 sm:pr-4 sm:pb-0"
          >
            <span
              aria-hidden
              className="absolute top-4 bottom-0 [li:last-child>&]:hidden left-[7px] w-px bg-line-strong/60 sm:top-[7px] sm:right-0 sm:bottom-auto sm:left-4 sm:h-px sm:w-auto"
            />
            <span
              aria-hidden
              className={cn(
                "mt-0.5 size-[15px] shrink-0 rounded-full border-2 sm:mt-0",
                isHere ? "border-accent bg-accent" : "border-line-strong bg-surface",
              )}
            />
            <Link
              href={`/${client}/ledger/${event.event_uuid}`}
              aria-current={isHere ? "true" : undefined}
              className={cn("min-w-0 hover:underline", isHere && "font-semibold")}
            >
              <span className="block">{record === null ? "Redacted" : whatHappened(record.type)}</span>
              <span className="block text-xs font-normal break-words text-muted">
                {record?.actor && `${record.actor} ${by[record.channel ?? ""] ?? ""} `}
                <Time at={event.accepted_at} />
              </span>
            </Link>
          </li>
        );
      })}
    </ol>
  );
}
