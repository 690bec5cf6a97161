"use client";

import type { ToolCoverage } from "@ledgix/contract/tool";
import { formatNumber } from "@ledgix/sentence/money";
import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, CircleDashed } from "lucide-react";
import Link from "next/link";
import { Page, Panel } from "@/components/ui/page";
import { SkeletonRows } from "@/components/ui/skeleton";
import { EmptyState, ErrorState } from "@/components/ui/state";
import { coverageQuery } from "@/lib/vault/policy-queries";
import { Findings } from "./policy-rules";

const looks = {
  governed: { icon: CircleCheck, word: "Governed", className: "text-approved" },
  partly: { icon: CircleAlert, word: "Partly", className: "text-paused" },
  not_at_all: { icon: CircleDashed, word: "Not at all", className: "text-denied" },
} as const;

/** The tools that agents call against the policies in force: what rules settle, what people do, and what nobody covers. */
export function CoveragePage({ client }: { client: string }) {
  const { data, error, refetch } = useQuery(coverageQuery(client));
  const root = `/${client}/policies`;
  return (
    <Page title="Coverage" description={`Tools that agents called in the last ${data?.days ?? 90} days, and what governs them.`}>
      <Panel>
        {error ? (
          <ErrorState message={error.message} retry={() => void refetch()} />
        ) : data === undefined ? (
          <SkeletonRows label="Reading coverage" />
        ) : data.tools.length === 0 ? (
          <EmptyState title="No tool was called yet">
            Once an agent asks for clearance, its tools stand here with what governs them.
          </EmptyState>
        ) : (
          <ul aria-label="Tools" className="divide-y divide-line">
            {data.tools.map((tool) => (
              <ToolRow key={tool.tool_name} root={root} tool={tool} />
            ))}
          </ul>
        )}
      </Panel>
      {data && data.findings.length > 0 && (
        <Panel className="flex flex-col gap-3 p-4">
          <h2 className="font-semibold">Rules that get in each other's way</h2>
          <Findings findings={data.findings} />
        </Panel>
      )}
      {data && data.unused.length > 0 && (
        <Panel className="flex flex-col gap-2 p-4">
          <h2 className="font-semibold">Policies that no request was judged under</h2>
          <ul>
            {data.unused.map(({ policy_id, title }) => (
              <li key={policy_id}>
                <Link className="text-accent underline underline-offset-2" href={`${root}/${encodeURIComponent(policy_id)}`}>
                  {title}
                </Link>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </Page>
  );
}

function ToolRow({ root, tool }: { root: string; tool: ToolCoverage }) {
  const { icon: Icon, word, className } = looks[tool.state];
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-1 px-4 py-3">
      <span className={`flex w-24 shrink-0 items-center gap-1.5 font-semibold ${className}`}>
        <Icon className="size-4" aria-hidden /> {word}
      </span>
      <div className="min-w-0 flex-1 basis-60">
        <p className="font-mono text-xs break-all">{tool.tool_name}</p>
        <p className="text-muted">
          {formatNumber(tool.requests)} requests: {formatNumber(tool.settled)} settled by rules, {formatNumber(tool.open)} left to
          people
          {tool.uncovered > 0 && `, ${formatNumber(tool.uncovered)} without a policy`}.
        </p>
        {tool.policies.length > 0 && (
          <p className="flex flex-wrap gap-x-3">
            {tool.policies.map(({ policy_id, title, rules }) => (
              <Link
                key={policy_id}
                className="text-accent underline underline-offset-2"
                href={`${root}/${encodeURIComponent(policy_id)}`}
              >
                {title}
                {rules === 0 && " (no rules)"}
              </Link>
            ))}
          </p>
        )}
        {tool.needs_mapping && (
          <p className="text-paused">
            A rule asks about its amount, and nobody confirmed which argument that is.{" "}
            <Link className="underline underline-offset-2" href={`${root}/tools`}>
              Confirm it
            </Link>
          </p>
        )}
      </div>
    </li>
  );
}
