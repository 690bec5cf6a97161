"use client";

import type { Backtest, BacktestGroup } from "@ledgix/contract/backtest";
import type { PolicyDocument } from "@ledgix/contract/policy";
import { formatNumber } from "@ledgix/sentence/money";
import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/input";
import { Panel } from "@/components/ui/page";
import { Progress } from "@/components/ui/progress";
import { SkeletonRows } from "@/components/ui/skeleton";
import { EmptyState, ErrorState } from "@/components/ui/state";
import { Time } from "@/components/ui/time";
import { startBacktest } from "@/lib/policies/actions";
import { backtestsQuery } from "@/lib/vault/policy-queries";
import { usePolicyAction } from "./use-policy-action";
import { Verdict } from "./verdict";

const spans = [7, 30, 90, 365];

/** What this version would have done with past requests, beside what people decided. It runs on while one is elsewhere. */
export function PolicyBacktests({ client, policy, mayWrite }: { client: string; policy: PolicyDocument; mayWrite: boolean }) {
  const { data, error, refetch } = useQuery(backtestsQuery(client, policy.policy_id));
  const [days, setDays] = useState(90);
  const { run, isPending } = usePolicyAction(client);
  const newest = data?.backtests.find(({ policy_version_id }) => policy_version_id === policy.policy_version_id);
  const start = () =>
    run(
      () => startBacktest(client, policy.policy_id, { policy_version_id: policy.policy_version_id, days }),
      "The backtest runs. You may go on elsewhere.",
    );
  const control = mayWrite && (
    <div className="flex items-center gap-2">
      <Select
        aria-label="Days of history"
        className="w-auto"
        value={days}
        onChange={(event) => setDays(Number(event.target.value))}
      >
        {spans.map((span) => (
          <option key={span} value={span}>
            last {span} days
          </option>
        ))}
      </Select>
      <Button size="sm" disabled={isPending || newest?.state === "running"} onClick={start}>
        {newest ? "Run again" : "Run the backtest"}
      </Button>
    </div>
  );
  if (error) return <ErrorState message={error.message} retry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows label="Reading backtests" rows={4} />;
  if (newest === undefined) {
    return (
      <Panel>
        <EmptyState title={`What would version ${policy.version} have done?`} action={control}>
          Hold it against past requests: what would change, grouped, beside what people decided. Rules alone are asked; nothing is
          written to the ledger.
        </EmptyState>
      </Panel>
    );
  }
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <Summary backtest={newest} version={policy.version} />
        {control}
      </div>
      {newest.state === "running" && <Progress label="Backtest" share={newest.total > 0 ? newest.done / newest.total : 0} />}
      {newest.result.groups.length > 0 && (
        <Panel>
          <ul aria-label="What would change" className="divide-y divide-line">
            {newest.result.groups.map((group) => (
              <Group key={`${group.tool_name}:${group.was}:${group.would_be}:${group.reason}`} client={client} group={group} />
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}

function Summary({ backtest, version }: { backtest: Backtest; version: number }) {
  const { done, total, state, result } = backtest;
  if (state === "failed") return <p className="text-denied">The backtest stopped: {backtest.reason}</p>;
  return (
    <p aria-live="polite">
      {state === "running" ? (
        <>
          {formatNumber(done)} of {formatNumber(total)} requests…
        </>
      ) : total === 0 ? (
        <>There were no requests of its tools in the last {backtest.days} days.</>
      ) : (
        <>
          Of {formatNumber(done)} requests in the last {backtest.days} days, version {version} would have treated{" "}
          <strong>{formatNumber(result.changed)} differently</strong>. <Time at={backtest.created_at} className="text-muted" />
        </>
      )}
    </p>
  );
}

function Group({ client, group }: { client: string; group: BacktestGroup }) {
  const { approved, denied, waiting } = group.people;
  const isRisky = group.would_be === "allow" && denied > 0;
  return (
    <li className="flex flex-col gap-1.5 px-4 py-3">
      <p className="flex flex-wrap items-center gap-2">
        <strong>{formatNumber(group.count)}</strong>
        <span className="font-mono text-xs">{group.tool_name}</span>
        <Verdict verdict={group.was} />
        <span aria-hidden>→</span>
        <span className="sr-only">would be</span>
        <Verdict verdict={group.would_be} />
      </p>
      <p className="break-words text-muted">{group.reason}</p>
      {group.was === "review" && (
        <p className={isRisky ? "flex items-start gap-2 text-denied" : "text-muted"}>
          {isRisky && <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />}
          People approved {formatNumber(approved)}, denied {formatNumber(denied)}
          {waiting > 0 && `, ${formatNumber(waiting)} wait`}.{isRisky && " Those that they denied would pass."}
        </p>
      )}
      <details>
        <summary className="text-accent">Examples</summary>
        <ul className="mt-1 flex flex-col gap-1">
          {group.examples.map(({ request_id, sentence, at }) => (
            <li key={request_id}>
              <Link href={`/${client}/ledger?request_id=${request_id}`} className="underline-offset-2 hover:underline">
                {sentence}
              </Link>{" "}
              <Time at={at} className="text-muted" />
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}
