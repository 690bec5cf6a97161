"use client";

import type { JsonObject, JsonValue } from "@ledgix/contract/json";
import { amountIn, formatMoney, formatNumber } from "@ledgix/sentence/money";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { CodeBlock } from "@/components/ui/code-block";
import { humanise } from "@/lib/format";

/** The arguments as a readable form; the exact JSON is one click away. */
export function CallArguments({ args }: { args: JsonObject }) {
  const [isRaw, setRaw] = useState(false);
  const entries = Object.entries(args);
  if (entries.length === 0) return <p className="text-muted">The call has no arguments.</p>;
  return (
    <div className="flex flex-col gap-2">
      {isRaw ? (
        <CodeBlock label="Exact arguments" code={JSON.stringify(args, null, 2)} />
      ) : (
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
      )}
      <Button variant="ghost" size="sm" className="self-start text-muted" aria-pressed={isRaw} onClick={() => setRaw(!isRaw)}>
        {isRaw ? "Show as a form" : "Show exact JSON"}
      </Button>
    </div>
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
