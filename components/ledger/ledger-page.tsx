"use client";

import type { LedgerEntry } from "@ledgix/contract/ledger";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { Check, Clock, ShieldCheck, Waypoints } from "lucide-react";
import Link from "next/link";
import { useEffect, useRef } from "react";
import { FirstRequestLink } from "@/components/first-run/first-request-link";
import { useSentences } from "@/components/reviews/use-sentences";
import { Button } from "@/components/ui/button";
import { Page, Panel } from "@/components/ui/page";
import { SkeletonRows } from "@/components/ui/skeleton";
import { EmptyState, ErrorState } from "@/components/ui/state";
import { Status } from "@/components/ui/status";
import { Time } from "@/components/ui/time";
import { ledgerQuery } from "@/lib/vault/queries";
import { DensityChart } from "./density-chart";
import { eventLabel, isWithoutContent } from "./event-label";
import { ExportDialog } from "./export-dialog";
import { useLedgerFilter } from "./ledger-filter";
import { LedgerFilters } from "./ledger-filters";

const ROW_HEIGHT = 44;
/** Rows before the end at which the next page is read. */
const READ_AHEAD = 30;

export function LedgerPage({ client }: { client: string }) {
  const filter = useLedgerFilter();
  return (
    <Page
      title="Ledger"
      description="Every decision and what came of it, newest first, each provable."
      actions={
        <>
          <Button asChild variant="secondary" size="sm">
            <Link href={`/${client}/ledger/checkpoints`}>
              <Waypoints /> Checkpoints
            </Link>
          </Button>
          <Button asChild variant="secondary" size="sm">
            <Link href={`/${client}/ledger/verify`}>
              <ShieldCheck /> Verify all
            </Link>
          </Button>
          <ExportDialog client={client} filter={filter} />
        </>
      }
    >
      <LedgerFilters />
      <DensityChart client={client} />
      <Entries client={client} />
    </Page>
  );
}

function Entries({ client }: { client: string }) {
  const filter = useLedgerFilter();
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery(ledgerQuery(client, filter));
  const entries = data?.pages.flatMap((page) => page.entries) ?? [];
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const rows = virtualizer.getVirtualItems();
  const lastShown = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && lastShown >= entries.length - READ_AHEAD) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, lastShown, entries.length, fetchNextPage]);
  return (
    <Panel>
      <div ref={scroller} className="max-h-[calc(100dvh-22rem)] min-h-72 overflow-y-auto" data-testid="ledger">
        {error ? (
          <ErrorState message={error.message} retry={() => void refetch()} />
        ) : data === undefined ? (
          <SkeletonRows label="Reading the ledger" />
        ) : entries.length === 0 ? (
          <LedgerEmpty client={client} isFiltered={Object.keys(filter).length > 0} />
        ) : (
          <ul aria-label="Ledger entries" className="relative" style={{ height: virtualizer.getTotalSize() }}>
            {rows.map((row) => {
              const entry = entries[row.index];
              if (entry === undefined) return null;
              return (
                <li
                  key={entry.event_uuid}
                  ref={virtualizer.measureElement}
                  data-index={row.index}
                  className="absolute inset-x-0 top-0 border-b border-line"
                  style={{ transform: `translateY(${row.start}px)` }}
                >
                  <EntryRow client={client} entry={entry} />
                </li>
              );
            })}
          </ul>
        )}
      </div>
    </Panel>
  );
}

function LedgerEmpty({ client, isFiltered }: { client: string; isFiltered: boolean }) {
  if (isFiltered) return <EmptyState title="Nothing fits">No entry fits these filters. Take one away above.</EmptyState>;
  return (
    <EmptyState title="The ledger is empty" action={<FirstRequestLink client={client} />}>
      The first request for clearance becomes its first entry.
    </EmptyState>
  );
}

function EntryRow({ client, entry }: { client: string; entry: LedgerEntry }) {
  const sentenceOf = useSentences(client);
  const sentence = sentenceOf({ ...entry, is_redacted: isWithoutContent(entry) });
  return (
    <Link
      href={`/${client}/ledger/${entry.event_uuid}`}
      className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 hover:bg-sunken sm:flex-nowrap sm:py-1"
    >
      <span className="w-28 shrink-0">
        <Status value={entry.decision_status} label={eventLabel(entry)} />
      </span>
      <span className="order-last min-w-0 basis-full truncate sm:order-none sm:flex-1 sm:basis-0">
        <span className="font-semibold">{sentence.agent}</span> {sentence.text}
      </span>
      <span className="hidden w-32 items-center gap-1 text-xs text-muted sm:flex">
        {entry.leaf_index === null ? (
          <Clock className="size-3.5" aria-hidden />
        ) : (
          <Check className="size-3.5 text-approved" aria-hidden />
        )}
        {entry.leaf_index === null ? "next checkpoint" : `leaf ${entry.leaf_index}`}
      </span>
      <Time at={entry.accepted_at} className="ml-auto shrink-0 text-right text-muted sm:w-28" />
    </Link>
  );
}
