"use client";

import type { LedgerDensity } from "@ledgix/contract/ledger";
import { formatNumber } from "@ledgix/sentence/money";
import { useQuery } from "@tanstack/react-query";
import { type PointerEvent, useRef, useState } from "react";
import { Skeleton } from "@/components/ui/skeleton";
import { exactTime } from "@/lib/format";
import { densityQuery } from "@/lib/vault/queries";
import { setLedgerFilter, useLedgerFilter } from "./ledger-filter";

const HEIGHT = 72;

/** How many entries there are over time. Dragging over it narrows the ledger to that time; the filter does the same by keyboard. */
export function DensityChart({ client }: { client: string }) {
  const filter = useLedgerFilter();
  const { data } = useQuery({ ...densityQuery(client, filter), placeholderData: (before) => before });
  if (data === undefined) return <Skeleton className="h-24 w-full" />;
  if (data.total === 0 || data.first_at === null || data.last_at === null) return null;
  return <Chart density={data} />;
}

function Chart({ density }: { density: LedgerDensity }) {
  const area = useRef<HTMLDivElement>(null);
  const [brush, setBrush] = useState<{ from: number; to: number } | null>(null);
  const columns = columnsOf(density);
  const most = Math.max(...columns.map(({ approved, denied, paused }) => approved + denied + paused), 1);
  const columnAt = (event: PointerEvent) => {
    const box = area.current?.getBoundingClientRect();
    const share = box ? (event.clientX - box.left) / box.width : 0;
    return Math.min(columns.length - 1, Math.max(0, Math.floor(share * columns.length)));
  };
  const choose = () => {
    if (brush === null) return;
    const [first, last] = [columns[Math.min(brush.from, brush.to)], columns[Math.max(brush.from, brush.to)]];
    setBrush(null);
    if (!first || !last) return;
    setLedgerFilter({
      from: new Date(first.at).toISOString(),
      to: new Date(last.at + density.bucket_seconds * 1000).toISOString(),
    });
  };
  return (
    <figure className="flex flex-col gap-1">
      <div
        ref={area}
        data-testid="density"
        className="relative flex cursor-crosshair touch-none items-end gap-px select-none"
        style={{ height: HEIGHT }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setBrush({ from: columnAt(event), to: columnAt(event) });
        }}
        onPointerMove={(event) => brush && setBrush({ ...brush, to: columnAt(event) })}
        onPointerUp={choose}
        onPointerCancel={() => setBrush(null)}
      >
        {columns.map((column, place) => {
          const isChosen = brush && place >= Math.min(brush.from, brush.to) && place <= Math.max(brush.from, brush.to);
          const share = (count: number) => `${(count / most) * HEIGHT}px`;
          return (
            <span
              key={column.at}
              title={titleOf(column)}
              className={`flex h-full flex-1 flex-col justify-end rounded-sm ${isChosen ? "bg-accent-soft" : "hover:bg-ink/6"}`}
            >
              <span className="rounded-t-[1px] bg-denied/80" style={{ height: share(column.denied) }} />
              <span className="bg-paused/80" style={{ height: share(column.paused) }} />
              <span className="bg-approved/80" style={{ height: share(column.approved) }} />
            </span>
          );
        })}
      </div>
      <figcaption className="flex flex-wrap justify-between gap-x-4 text-xs text-muted" suppressHydrationWarning>
        <span suppressHydrationWarning>{exactTime(new Date(columns[0]?.at ?? 0).toISOString())}</span>
        <span className="flex gap-3">
          {formatNumber(density.total)} entries
          <Key className="bg-approved" label="approved" />
          <Key className="bg-paused" label="paused" />
          <Key className="bg-denied" label="denied" />
        </span>
        <span suppressHydrationWarning>{exactTime(density.last_at ?? "")}</span>
      </figcaption>
      <div className="sr-only">
        <table>
          <caption>Entries over time</caption>
          <thead>
            <tr>
              <th>From</th>
              <th>Approved</th>
              <th>Paused</th>
              <th>Denied</th>
            </tr>
          </thead>
          <tbody>
            {density.buckets.map((bucket) => (
              <tr key={bucket.at}>
                <th suppressHydrationWarning>{exactTime(bucket.at)}</th>
                <td>{bucket.approved}</td>
                <td>{bucket.paused}</td>
                <td>{bucket.denied}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

function Key({ className, label }: { className: string; label: string }) {
  return (
    <span className="flex items-center gap-1">
      <span className={`size-2 rounded-sm ${className}`} aria-hidden /> {label}
    </span>
  );
}

type Column = { at: number; approved: number; denied: number; paused: number };

/** Columns at least, so that a young ledger does not look like one block. */
const MIN_COLUMNS = 40;

/** Every bucket from the first to the last, also those without an entry, with empty ones before where they are few. */
function columnsOf({ buckets, bucket_seconds }: LedgerDensity): Column[] {
  const known = new Map(buckets.map(({ at, ...counts }) => [Date.parse(at), counts]));
  const [first, last] = [buckets[0], buckets.at(-1)];
  if (!first || !last) return [];
  const columns: Column[] = [];
  const step = bucket_seconds * 1000;
  const start = Math.min(Date.parse(first.at), Date.parse(last.at) - (MIN_COLUMNS - 1) * step);
  for (let at = start; at <= Date.parse(last.at); at += step)
    columns.push({ at, ...(known.get(at) ?? { approved: 0, denied: 0, paused: 0 }) });
  return columns;
}

const titleOf = ({ at, approved, denied, paused }: Column) =>
  `${exactTime(new Date(at).toISOString())}: ${approved} approved, ${paused} paused, ${denied} denied`;
