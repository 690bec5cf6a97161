"use client";

import type { ThresholdHistory } from "@ledgix/contract/settings";
import { formatNumber } from "@ledgix/sentence/money";
import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { Skeleton } from "@/components/ui/skeleton";
import { thresholdHistoryQuery } from "@/lib/vault/queries";

type Bins = ThresholdHistory["bins"];
const sizeOf = (bin: Bins[number]) => bin.passed + bin.approved + bin.denied + bin.waiting;

/** What a threshold would have done with the requests that the judge was for. */
export function simulate(bins: Bins, score: number) {
  const above = bins.filter((bin) => bin.confidence >= score);
  const total = bins.reduce((sum, bin) => sum + sizeOf(bin), 0);
  const passed = above.reduce((sum, bin) => sum + sizeOf(bin), 0);
  return { passed, paused: total - passed, slipped: above.reduce((sum, bin) => sum + bin.denied, 0), total };
}

/** The threshold under the hand, tried on the tenant's own last 90 days. */
export function ThresholdSimulation({
  client,
  tool,
  score,
  current,
}: {
  client: string;
  tool: string;
  score: number;
  current: number;
}) {
  const { data, error } = useQuery(thresholdHistoryQuery(client, tool));
  if (error) return <p className="text-muted">What this would have changed could not be read.</p>;
  if (data === undefined) return <Skeleton className="h-24 w-full" />;
  const then = simulate(data.bins, score);
  if (then.total === 0) {
    return (
      <p className="text-muted">
        In the last {data.days} days the judge was for no request{tool && ` of ${tool}`}, so there is nothing to try this on.
      </p>
    );
  }
  const now = simulate(data.bins, current);
  const more = then.passed - now.passed;
  return (
    <section aria-label="What it would have done" className="flex flex-col gap-3 rounded-lg bg-sunken p-4">
      <Histogram bins={data.bins} score={score} />
      <p aria-live="polite">
        Of {formatNumber(then.total)} requests in the last {data.days} days that the judge was for,{" "}
        <strong>{formatNumber(then.passed)} would have passed</strong> and{" "}
        <strong>{formatNumber(then.paused)} would have paused</strong>
        {more !== 0 && `, ${formatNumber(Math.abs(more))} ${more > 0 ? "more" : "fewer"} passing than at ${current.toFixed(2)}`}.
      </p>
      {then.slipped > 0 && (
        <p className="flex items-start gap-2 text-denied">
          <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
          {formatNumber(then.slipped)} that a person denied would have passed.
        </p>
      )}
    </section>
  );
}

const COLUMNS = 25;

/** How sure the judge was, from 0 to 1. The sentence beside it says the same in words. */
function Histogram({ bins, score }: { bins: Bins; score: number }) {
  const columns = Array.from({ length: COLUMNS }, (_, column) => {
    const [from, to] = [column / COLUMNS, (column + 1) / COLUMNS];
    const within = bins.filter((bin) => bin.confidence >= from && bin.confidence < to);
    return {
      from,
      size: within.reduce((sum, bin) => sum + sizeOf(bin), 0),
      denied: within.reduce((sum, bin) => sum + bin.denied, 0),
    };
  });
  const most = Math.max(...columns.map((column) => column.size), 1);
  return (
    <div aria-hidden className="relative flex h-16 items-end gap-px">
      {columns.map(({ from, size, denied }) => (
        <span
          key={from}
          title={`${from.toFixed(2)}: ${size}`}
          className={`relative flex-1 rounded-t-sm ${from >= score ? "bg-approved/60" : "bg-paused/60"}`}
          style={{ height: `${size === 0 ? 1 : Math.max(6, (size / most) * 100)}%` }}
        >
          <span
            className="absolute inset-x-0 bottom-0 bg-denied"
            style={{ height: `${size === 0 ? 0 : (denied / size) * 100}%` }}
          />
        </span>
      ))}
      <span className="absolute inset-y-0 w-0.5 bg-accent" style={{ left: `${score * 100}%` }} />
    </div>
  );
}
