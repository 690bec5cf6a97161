"use client";

import type { JsonObject, JsonValue } from "@ledgix/contract/json";
import type { ReviewCase } from "@ledgix/contract/review";
import { amountIn, formatMoney, formatNumber } from "@ledgix/sentence/money";
import dynamic from "next/dynamic";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { CodeBlock } from "@/components/ui/code-block";
import { Time } from "@/components/ui/time";
import { humanise } from "@/lib/format";

const ArgumentsDiff = dynamic(() => import("./arguments-diff").then((module) => module.ArgumentsDiff), { ssr: false });

type View = "form" | "json" | "diff";

/** The arguments as a readable form; the exact JSON, and what differs from the last approved call, one click away. */
export function CallArguments({ args, lastApproved }: { args: JsonObject; lastApproved: ReviewCase["last_approved"] }) {
  const [view, setView] = useState<View>("form");
  const views: [View, string][] = [
    ["form", "Form"],
    ["json", "Exact JSON"],
    ...(lastApproved ? [["diff", "Against the last approved"] as [View, string]] : []),
  ];
  return (
    <div className="flex flex-col gap-2">
      <fieldset className="flex flex-wrap gap-1">
        <legend className="sr-only">Show the arguments as</legend>
        {views.map(([name, label]) => (
          <Button
            key={name}
            size="sm"
            variant={view === name ? "secondary" : "ghost"}
            aria-pressed={view === name}
            onClick={() => setView(name)}
          >
            {label}
          </Button>
        ))}
      </fieldset>
      {view === "form" && <ArgumentsForm args={args} />}
      {view === "json" && <CodeBlock label="Exact arguments" code={JSON.stringify(args, null, 2)} />}
      {view === "diff" && lastApproved && (
        <>
          <ArgumentsDiff before={lastApproved.tool_args} after={args} />
          <p className="text-xs text-muted">
            The other call was approved <Time at={lastApproved.decided_at} /> by {lastApproved.decided_by ?? "policy"}.
          </p>
        </>
      )}
    </div>
  );
}

function ArgumentsForm({ args }: { args: JsonObject }) {
  const entries = Object.entries(args);
  if (entries.length === 0) return <p className="text-muted">The call has no arguments.</p>;
  return (
    <dl className="divide-y divide-line rounded-lg border border-line bg-surface">
      {entries.map(([name, value]) => (
        <div key={name} className="grid grid-cols-[minmax(7rem,2fr)_5fr] gap-4 px-4 py-2">
          <dt className="min-w-0 break-words text-muted" title={name}>
            {humanise(name) || name}
          </dt>
          <dd className="min-w-0 break-words whitespace-pre-wrap">
            <Value name={name} value={value} args={args} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Value({ name, value, args }: { name: string; value: JsonValue; args: JsonObject }) {
  if (value === null) return <span className="text-muted">nothing</span>;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") {
    const money = /^amount/i.test(name)
      ? amountIn({ [name]: value, ...(args.currency !== undefined && { currency: args.currency }) })
      : null;
    return (
      <span className={money ? "font-semibold" : ""}>
        {money ? formatMoney(money) : formatNumber(value)}
        {money && <span className="ml-2 font-normal text-muted">as sent: {value}</span>}
      </span>
    );
  }
  if (typeof value === "string") return value === "" ? <span className="text-muted">empty</span> : value;
  return <code className="font-mono text-xs">{JSON.stringify(value, null, 1)}</code>;
}
