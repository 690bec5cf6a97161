"use client";

import type { PolicyDocument } from "@ledgix/contract/policy";
import { useQuery } from "@tanstack/react-query";
import { diffLines } from "diff";
import Link from "next/link";
import { useState } from "react";
import { Page, Panel } from "@/components/ui/page";
import { Skeleton } from "@/components/ui/skeleton";
import { ErrorState } from "@/components/ui/state";
import { cn } from "@/lib/cn";
import { policyQuery } from "@/lib/vault/policy-queries";

type Props = { client: string; policyId: string; from: string; to: string };

/** Two versions side by side: their rules, then their text. Under one another where the screen is narrow. */
export function ComparePage({ client, policyId, from, to }: Props) {
  const before = useQuery(policyQuery(client, policyId, from));
  const after = useQuery(policyQuery(client, policyId, to));
  const error = before.error ?? after.error;
  if (error) return <ErrorState message={error.message} retry={() => void Promise.all([before.refetch(), after.refetch()])} />;
  if (!before.data || !after.data) {
    return (
      <Page title="What changed">
        <Skeleton className="h-96 w-full" />
      </Page>
    );
  }
  const root = `/${client}/policies/${encodeURIComponent(policyId)}`;
  return (
    <Page
      title={`${after.data.title}: version ${before.data.version} and ${after.data.version}`}
      description={
        <>
          <Link className="text-accent underline underline-offset-2" href={root}>
            Back to the policy
          </Link>
          {after.data.note && ` · “${after.data.note}”`}
        </>
      }
    >
      <Comparison title="Title and tools" before={headOf(before.data)} after={headOf(after.data)} />
      <Comparison title="Rules" before={rulesOf(before.data)} after={rulesOf(after.data)} />
      {(before.data.cedar !== "" || after.data.cedar !== "") && (
        <Comparison title="Cedar" before={before.data.cedar} after={after.data.cedar} />
      )}
      <Comparison title="Text" before={before.data.content} after={after.data.content} />
    </Page>
  );
}

const headOf = ({ title, tools, categories }: PolicyDocument) =>
  [title, ...(tools.length === 0 ? ["Every tool"] : tools), ...categories.map((category) => `about ${category}`), ""].join("\n");
const rulesOf = ({ rules }: PolicyDocument) => rules.map(({ text }) => `${text}\n`).join("");

/** Lines of unchanged text around a change that stay in sight. */
const AROUND = 3;

type Row = { id: string; left: string | null; right: string | null; kind: "same" | "changed" };

function rowsOf(before: string, after: string): Row[] {
  const rows: Row[] = [];
  let removed: string[] = [];
  const flush = (added: string[] = []) => {
    for (let i = 0; i < Math.max(removed.length, added.length); i++)
      rows.push({ id: `${rows.length}`, left: removed[i] ?? null, right: added[i] ?? null, kind: "changed" });
    removed = [];
  };
  for (const part of diffLines(before, after)) {
    const lines = part.value.replace(/\n$/, "").split("\n");
    if (part.removed) {
      flush();
      removed = lines;
    } else if (part.added) flush(lines);
    else {
      flush();
      for (const line of lines) rows.push({ id: `${rows.length}`, left: line, right: line, kind: "same" });
    }
  }
  flush();
  return rows;
}

function Comparison({ title, before, after }: { title: string; before: string; after: string }) {
  const [isWhole, setWhole] = useState(false);
  const rows = rowsOf(before, after);
  const isNear = (at: number) => rows.slice(Math.max(0, at - AROUND), at + AROUND + 1).some(({ kind }) => kind === "changed");
  const shown = isWhole ? rows : rows.filter((_, i) => isNear(i));
  const hidden = rows.length - shown.length;
  return (
    <Panel>
      <h2 className="flex items-center justify-between gap-4 border-b border-line px-4 py-2 font-semibold">
        {title}
        {hidden > 0 && shown.length > 0 && (
          <button type="button" className="font-normal text-accent underline underline-offset-2" onClick={() => setWhole(true)}>
            show {hidden} unchanged lines
          </button>
        )}
      </h2>
      {shown.length === 0 ? (
        <p className="px-4 py-3 text-muted">Nothing changed here.</p>
      ) : (
        <div className="grid gap-px sm:grid-cols-2">
          {shown.map(({ id, left, right, kind }) => (
            <div key={id} className="contents">
              <Line
                text={left}
                sign={kind === "changed" ? "−" : " "}
                className={kind === "changed" ? "bg-denied-soft" : "hidden sm:flex"}
              />
              <Line text={right} sign={kind === "changed" ? "+" : " "} className={kind === "changed" ? "bg-approved-soft" : ""} />
            </div>
          ))}
        </div>
      )}
    </Panel>
  );
}

function Line({ text, sign, className }: { text: string | null; sign: string; className: string }) {
  if (text === null) return <div className="hidden min-h-5 bg-sunken sm:block" />;
  return (
    <p className={cn("flex min-w-0 gap-2 px-3 py-0.5", className)}>
      <span aria-hidden className="w-3 shrink-0 font-mono text-muted select-none">
        {sign}
      </span>
      <span className="min-w-0 break-words whitespace-pre-wrap">{text || " "}</span>
    </p>
  );
}
