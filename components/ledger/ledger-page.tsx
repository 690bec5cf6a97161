"use client";

import type { LedgerEntry } from "@ledgix/contract/ledger";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Check, Clock } from "lucide-react";
import Link from "next/link";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { FirstRequestLink } from "@/components/first-run/first-request-link";
import { useSentences } from "@/components/reviews/use-sentences";
import { Button } from "@/components/ui/button";
import { Input, Select } from "@/components/ui/input";
import { Page, Panel } from "@/components/ui/page";
import { SkeletonRows } from "@/components/ui/skeleton";
import { EmptyState, ErrorState } from "@/components/ui/state";
import { Status } from "@/components/ui/status";
import { Time } from "@/components/ui/time";
import { ledgerQuery } from "@/lib/vault/queries";
import { eventLabel } from "./event-label";

export function LedgerPage({ client }: { client: string }) {
  const params = useSearchParams();
  const filter = { tool: params.get("tool") ?? "", decision: params.get("decision") ?? "" };
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery(ledgerQuery(client, filter));
  const entries = data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <Page
      title="Ledger"
      description="Every decision and what came of it, newest first. Each entry can be proved to be in the signed log."
    >
      <LedgerFilter tool={filter.tool} decision={filter.decision} />
      <Panel>
        {error ? (
          <ErrorState message={error.message} retry={() => void refetch()} />
        ) : data === undefined ? (
          <SkeletonRows label="Reading the ledger" />
        ) : entries.length === 0 ? (
          <LedgerEmpty client={client} isFiltered={filter.tool !== "" || filter.decision !== ""} />
        ) : (
          <ul aria-label="Ledger entries" className="divide-y divide-line">
            {entries.map((entry) => (
              <EntryRow key={entry.event_uuid} client={client} entry={entry} />
            ))}
          </ul>
        )}
      </Panel>
      {hasNextPage && (
        <Button variant="secondary" className="self-center" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {isFetchingNextPage ? "Reading…" : "Show older entries"}
        </Button>
      )}
    </Page>
  );
}

function LedgerEmpty({ client, isFiltered }: { client: string; isFiltered: boolean }) {
  if (isFiltered)
    return <EmptyState title="Nothing fits">No entry has this tool and this decision. Change them above.</EmptyState>;
  return (
    <EmptyState title="The ledger is empty" action={<FirstRequestLink client={client} />}>
      The first request for clearance becomes its first entry.
    </EmptyState>
  );
}

function LedgerFilter({ tool, decision }: { tool: string; decision: string }) {
  const router = useRouter();
  const pathname = usePathname();
  const apply = (change: { tool?: string; decision?: string }) => {
    const next = { tool, decision, ...change };
    const query = new URLSearchParams({
      ...(next.tool && { tool: next.tool }),
      ...(next.decision && { decision: next.decision }),
    });
    router.replace(query.size === 0 ? pathname : `${pathname}?${query}`);
  };
  return (
    <search className="flex flex-wrap gap-2">
      <form
        className="contents"
        onSubmit={(event) => {
          event.preventDefault();
          apply({ tool: String(new FormData(event.currentTarget).get("tool") ?? "").trim() });
        }}
      >
        <Input
          key={tool}
          name="tool"
          defaultValue={tool}
          placeholder="Tool, such as stripe_refund"
          aria-label="Tool"
          className="w-64 max-w-full"
        />
        <Select
          aria-label="Decision"
          className="w-40"
          value={decision}
          onChange={(event) => apply({ decision: event.target.value })}
        >
          <option value="">Every decision</option>
          <option value="approved">Approved</option>
          <option value="denied">Denied</option>
          <option value="approved_pending_review">Paused</option>
        </Select>
      </form>
    </search>
  );
}

function EntryRow({ client, entry }: { client: string; entry: LedgerEntry }) {
  const sentenceOf = useSentences(client);
  const sentence = sentenceOf(entry);
  return (
    <li>
      <Link
        href={`/${client}/ledger/${entry.event_uuid}`}
        className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 hover:bg-sunken"
      >
        <Status value={entry.decision_status} label={eventLabel(entry)} className="w-28 justify-start" />
        <span className="min-w-0 flex-1 basis-64 truncate">
          <span className="font-semibold">{sentence.agent}</span> {sentence.text}
        </span>
        <span className="flex items-center gap-1 text-xs text-muted">
          {entry.leaf_index === null ? (
            <Clock className="size-3.5" aria-hidden />
          ) : (
            <Check className="size-3.5 text-approved" aria-hidden />
          )}
          {entry.leaf_index === null ? "next checkpoint" : `leaf ${entry.leaf_index}`}
        </span>
        <Time at={entry.accepted_at} className="w-28 text-right text-muted" />
      </Link>
    </li>
  );
}
