"use client";

import type { LogProgress, LogReport } from "@ledgix/ledger/verify-log";
import { formatNumber } from "@ledgix/sentence/money";
import { CircleCheck, CircleMinus, CircleX, Download } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Page, Panel } from "@/components/ui/page";
import { Progress } from "@/components/ui/progress";
import { Time } from "@/components/ui/time";
import { saveFile } from "@/lib/save-file";
import type { VerifyMessage, VerifyRequest } from "./verify.worker";

type State =
  | { name: "idle" }
  | { name: "running"; progress: LogProgress | null; since: number }
  | { name: "done"; report: LogReport; keysMatch: boolean; at: string; seconds: number }
  | { name: "failed"; message: string }
  | { name: "cancelled" };

const stages = { checkpoints: "Reading checkpoints", entries: "Checking entries", tree: "Building the tree" };

/** The whole ledger, checked in this browser, by a worker beside the page. */
export function VerifyPage({ client }: { client: string }) {
  const [state, setState] = useState<State>({ name: "idle" });
  const worker = useRef<Worker | null>(null);
  useEffect(() => () => worker.current?.terminate(), []);
  const stop = () => {
    worker.current?.terminate();
    worker.current = null;
  };
  const start = () => {
    stop();
    const since = performance.now();
    setState({ name: "running", progress: null, since });
    const created = new Worker(new URL("./verify.worker.ts", import.meta.url), { type: "module" });
    worker.current = created;
    created.addEventListener("message", ({ data }: MessageEvent<VerifyMessage>) => {
      if (data.type === "progress") return setState({ name: "running", progress: data.progress, since });
      stop();
      if (data.type === "error") return setState({ name: "failed", message: data.message });
      const { report, keysMatch } = data;
      setState({ name: "done", report, keysMatch, at: new Date().toISOString(), seconds: (performance.now() - since) / 1000 });
    });
    created.addEventListener("error", () => {
      stop();
      setState({ name: "failed", message: "This browser could not run the verification." });
    });
    created.postMessage({ client } satisfies VerifyRequest);
  };
  return (
    <Page
      title="Verify the ledger"
      description="Your browser reads every entry and checkpoint and does all the mathematics itself. Nothing that the server says about its own honesty counts."
      actions={
        state.name !== "running" && (
          <Button onClick={start}>{state.name === "idle" ? "Verify the whole ledger" : "Verify again"}</Button>
        )
      }
    >
      {state.name === "idle" && (
        <Panel className="p-5">
          <h2 className="mb-2 font-semibold">What is checked</h2>
          <ul className="flex list-disc flex-col gap-1 pl-5 text-muted">
            <li>Each entry's content hashes to its event hash, and that to its leaf.</li>
            <li>Each entry has a receipt that Vault signed when it accepted it.</li>
            <li>No leaf is missing or doubled, and the leaves make the root of every checkpoint (RFC 9162).</li>
            <li>Each checkpoint is signed and names the one before, back to the first.</li>
            <li>The keys that signed are those that Vault publishes.</li>
          </ul>
        </Panel>
      )}
      {state.name === "running" && (
        <Panel className="flex flex-col gap-3 p-5">
          <Running progress={state.progress} since={state.since} />
          <Button
            variant="secondary"
            className="self-start"
            onClick={() => {
              stop();
              setState({ name: "cancelled" });
            }}
          >
            Cancel
          </Button>
        </Panel>
      )}
      {state.name === "cancelled" && <p className="text-muted">Cancelled. Nothing was shown either way.</p>}
      {state.name === "failed" && (
        <p role="alert" className="rounded-md bg-denied-soft px-3 py-2 text-denied">
          {state.message} Nothing was shown either way.
        </p>
      )}
      {state.name === "done" && <Report {...state} />}
    </Page>
  );
}

function Running({ progress, since }: { progress: LogProgress | null; since: number }) {
  const { stage, done, total } = progress ?? { stage: "checkpoints" as const, done: 0, total: 0 };
  const share = total === 0 ? 0 : Math.min(1, done / total);
  const elapsed = (performance.now() - since) / 1000;
  const left = share > 0.02 && stage === "entries" ? Math.ceil((elapsed / share) * (1 - share)) : null;
  return (
    <div aria-live="polite" className="flex flex-col gap-2">
      <p className="font-semibold">
        {stages[stage]}
        {total > 0 && `: ${formatNumber(Math.min(done, total))} of ${formatNumber(total)}`}
        {left !== null && <span className="font-normal text-muted"> about {left} s left</span>}
      </p>
      <Progress label={stages[stage]} share={share} />
    </div>
  );
}

function Report({ report, keysMatch, at, seconds }: Extract<State, { name: "done" }>) {
  const isIntact = report.isIntact && keysMatch;
  return (
    <>
      <Panel className="p-5">
        <div className="flex flex-wrap items-start justify-between gap-3">
          <div>
            <h2 className="text-base font-semibold" data-testid="verdict">
              {isIntact ? "The ledger is intact" : "The ledger does not verify"}
            </h2>
            <p className="text-muted">
              {counted(report.entries, "entry", "entries")} in {counted(report.checkpoints, "checkpoint", "checkpoints")}, checked{" "}
              <Time at={at} /> in {seconds.toFixed(1)} s.
            </p>
          </div>
          <Button
            variant="secondary"
            size="sm"
            onClick={() =>
              saveFile(`ledger-verification-${at.slice(0, 10)}.json`, "application/json", [
                JSON.stringify({ verified_at: at, is_intact: isIntact, keys_match: keysMatch, ...report }, null, 2),
              ])
            }
          >
            <Download /> Save report
          </Button>
        </div>
        <ul aria-label="What was checked" className="mt-4 flex flex-col gap-2">
          {[...report.checks, keysCheck(keysMatch)].map((check) => (
            <li key={check.name + check.detail} className="flex items-start gap-2">
              {check.outcome === "passed" ? (
                <CircleCheck className="mt-0.5 size-4 shrink-0 text-approved" aria-label="passed" />
              ) : (
                <CircleX className="mt-0.5 size-4 shrink-0 text-denied" aria-label="failed" />
              )}
              <span className="min-w-0 break-words">
                <span className="font-semibold">{check.name}.</span> <span className="text-muted">{check.detail}</span>
              </span>
            </li>
          ))}
        </ul>
      </Panel>
      <Panel className="p-5">
        <h2 className="mb-2 font-semibold">What this does not show</h2>
        <ul className="flex flex-col gap-2">
          {report.notShown.map((sentence) => (
            <li key={sentence} className="flex items-start gap-2 text-muted">
              <CircleMinus className="mt-0.5 size-4 shrink-0" aria-hidden /> {sentence}
            </li>
          ))}
        </ul>
      </Panel>
    </>
  );
}

const counted = (count: number, one: string, many: string) => `${formatNumber(count)} ${count === 1 ? one : many}`;

const keysCheck = (keysMatch: boolean) => ({
  name: "Keys",
  outcome: keysMatch ? ("passed" as const) : ("failed" as const),
  detail: keysMatch
    ? "Every key that signed stands in the JWKS that Vault publishes."
    : "A key that signed is not in the JWKS that Vault publishes.",
});
