"use client";

import type { Checkpoint } from "@ledgix/contract/ledger";
import { formatNumber } from "@ledgix/sentence/money";
import { useInfiniteQuery } from "@tanstack/react-query";
import { formatDuration, intervalToDuration } from "date-fns";
import { Anchor, CircleDashed, ShieldCheck } from "lucide-react";
import Link from "next/link";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Page, Panel } from "@/components/ui/page";
import { SkeletonRows } from "@/components/ui/skeleton";
import { EmptyState, ErrorState } from "@/components/ui/state";
import { Time } from "@/components/ui/time";
import { checkpointsQuery } from "@/lib/vault/queries";

/** The chain of signed checkpoints: how often, over how much, and where each is anchored. */
export function CheckpointsPage({ client }: { client: string }) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    ...checkpointsQuery(client),
    refetchInterval: 15_000,
  });
  const checkpoints = data?.pages.flatMap((page) => page.checkpoints) ?? [];
  const waiting = checkpoints.filter(({ export_status }) => export_status !== "exported").length;
  return (
    <Page
      title="Checkpoints"
      description="Each signs the whole log up to its size and names the one before. A copy that is anchored elsewhere shows that nobody has rewritten it since."
      actions={
        <Button asChild variant="secondary" size="sm">
          <Link href={`/${client}/ledger/verify`}>
            <ShieldCheck /> Verify the chain
          </Link>
        </Button>
      }
    >
      {data && checkpoints.length > 0 && (
        <Cadence checkpoints={checkpoints} total={data.pages[0]?.total ?? 0} waiting={waiting} />
      )}
      <Panel>
        {error ? (
          <ErrorState message={error.message} retry={() => void refetch()} />
        ) : data === undefined ? (
          <SkeletonRows label="Reading checkpoints" />
        ) : checkpoints.length === 0 ? (
          <EmptyState title="No checkpoint yet">The first one is signed shortly after the first decision.</EmptyState>
        ) : (
          <ol aria-label="Checkpoints" className="divide-y divide-line">
            {checkpoints.map((checkpoint, place) => (
              <CheckpointLine key={checkpoint.checkpoint_id} checkpoint={checkpoint} before={checkpoints[place + 1]} />
            ))}
          </ol>
        )}
      </Panel>
      {hasNextPage && (
        <Button variant="secondary" className="self-center" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {isFetchingNextPage ? "Reading…" : "Show older checkpoints"}
        </Button>
      )}
    </Page>
  );
}

function Cadence({ checkpoints, total, waiting }: { checkpoints: Checkpoint[]; total: number; waiting: number }) {
  const [newest] = checkpoints;
  return (
    <dl className="grid grid-cols-2 gap-4 sm:grid-cols-4">
      {[
        ["Checkpoints", formatNumber(total)],
        ["Leaves covered", formatNumber(newest?.tree_size ?? 0)],
        ["Signed within", `${newest?.mmd_seconds ?? 0} s of a decision`],
        ["Not anchored yet", waiting === 0 ? "none" : formatNumber(waiting)],
      ].map(([label, value]) => (
        <div key={label}>
          <dt className="text-muted">{label}</dt>
          <dd className={`text-base font-semibold ${label === "Not anchored yet" && waiting > 0 ? "text-paused" : ""}`}>
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function CheckpointLine({ checkpoint, before }: { checkpoint: Checkpoint; before: Checkpoint | undefined }) {
  const leaves = checkpoint.tree_size - (before?.tree_size ?? 0);
  const isChained = before === undefined ? null : checkpoint.prev_checkpoint_hash === before.checkpoint_hash;
  const isAnchored = checkpoint.export_status === "exported";
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5">
      <span className="w-14 font-semibold">#{checkpoint.checkpoint_id}</span>
      <div className="min-w-0 flex-1 basis-64">
        <p>
          {formatNumber(checkpoint.tree_size)} leaves
          {(before || checkpoint.checkpoint_id === 1) && <span className="text-muted">, {formatNumber(leaves)} new</span>}
          {isChained === false && <span className="text-denied"> does not name the one before</span>}
        </p>
        <p className="truncate font-mono text-xs text-muted" title={checkpoint.root_hash}>
          root {checkpoint.root_hash}
        </p>
      </div>
      <div className="basis-52 text-muted">
        <p>
          signed <Time at={checkpoint.signed_at} />
          {before && (
            <span className="block text-xs">{gapBetween(before.signed_at, checkpoint.signed_at)} after the one before</span>
          )}
        </p>
      </div>
      <p className={`flex basis-40 items-center gap-1.5 ${isAnchored ? "text-approved" : "text-paused"}`}>
        {isAnchored ? <Anchor className="size-4" aria-hidden /> : <CircleDashed className="size-4" aria-hidden />}
        <span title={checkpoint.export_uri}>{isAnchored ? `anchored, ${checkpoint.export_target}` : "not anchored yet"}</span>
      </p>
      <CopyButton
        text={checkpoint.checkpoint_hash}
        variant="ghost"
        label="Hash"
        aria-label={`Copy the hash of checkpoint ${checkpoint.checkpoint_id}`}
      />
    </li>
  );
}

function gapBetween(from: string, to: string): string {
  return (
    formatDuration(intervalToDuration({ start: from, end: to }), { format: ["days", "hours", "minutes", "seconds"] }) ||
    "less than a second"
  );
}
