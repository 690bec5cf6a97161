"use client";

import type { InsightRow, Insights } from "@ledgix/contract/insights";
import { formatNumber } from "@ledgix/sentence/money";
import { useQuery } from "@tanstack/react-query";
import { TrendingUp, UserRoundCheck } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useSearchParams } from "next/navigation";
import type { ReactNode } from "react";
import { FirstRequestLink } from "@/components/first-run/first-request-link";
import { Select } from "@/components/ui/input";
import { Page, Panel } from "@/components/ui/page";
import { Skeleton } from "@/components/ui/skeleton";
import { EmptyState, ErrorState } from "@/components/ui/state";
import { changeAddress } from "@/lib/address";
import { insightsQuery } from "@/lib/vault/queries";
import { describeTaken } from "./describe-taken";

const SeriesChart = dynamic(() => import("./series-chart").then((module) => module.SeriesChart), {
  ssr: false,
  loading: () => <Skeleton className="h-[220px] w-full" />,
});

const spans = [7, 30, 90, 365];

/** How much is asked, how much passes by itself, and how fast people answer. */
export function InsightsPage({ client }: { client: string }) {
  const given = Number(useSearchParams().get("days"));
  const days = spans.includes(given) ? given : 30;
  const { data, error, refetch } = useQuery(insightsQuery(client, days));
  return (
    <Page
      title="Insights"
      description="What your agents ask for, what your policies settle, and what people decide."
      actions={
        <Select aria-label="Time" className="w-44" value={days} onChange={(event) => changeAddress({ days: event.target.value })}>
          {spans.map((span) => (
            <option key={span} value={span}>
              Last {span} days
            </option>
          ))}
        </Select>
      }
    >
      {error ? (
        <ErrorState message={error.message} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton className="h-96 w-full" />
      ) : data.requests === 0 ? (
        <EmptyState title="Nothing was asked yet" action={<FirstRequestLink client={client} />}>
          In the last {days} days no request came. The first one begins this page.
        </EmptyState>
      ) : (
        <Overview client={client} data={data} />
      )}
    </Page>
  );
}

function Overview({ client, data }: { client: string; data: Insights }) {
  const settled = data.passed + data.denied;
  const share = data.requests === 0 ? 0 : Math.round((settled / data.requests) * 100);
  return (
    <>
      <dl className="grid grid-cols-2 gap-x-4 gap-y-5 sm:grid-cols-4">
        <Figure label="Requests" value={formatNumber(data.requests)} detail={`${formatNumber(data.waiting)} waiting now`} />
        <Figure
          label="Settled by policy"
          value={`${share}%`}
          detail={`${formatNumber(data.passed)} passed, ${formatNumber(data.denied)} denied`}
        />
        <Figure
          label="Decided by people"
          value={formatNumber(data.human_approved + data.human_denied)}
          detail={`${formatNumber(data.human_approved)} approved, ${formatNumber(data.human_denied)} denied, ${formatNumber(data.unanswered)} unanswered`}
        />
        <Figure
          label="Time to decision"
          value={data.p50 === null ? "none yet" : describeTaken(data.p50)}
          detail={data.p95 === null ? "no person has decided" : `median; 95% within ${describeTaken(data.p95)}`}
        />
      </dl>
      <Notices client={client} data={data} />
      <Panel className="p-5">
        <h2 className="mb-3 font-semibold">Requests a day</h2>
        <SeriesChart insights={data} />
        <SeriesTable data={data} />
      </Panel>
      <Breakdown
        title="By tool"
        rows={data.tools}
        link={(name) => `/${client}/reviews?${new URLSearchParams({ status: "all", tool: name })}`}
      />
      <Breakdown
        title="By agent"
        rows={data.agents}
        link={(name) => `/${client}/reviews?${new URLSearchParams({ status: "all", agent: name })}`}
      />
      <Breakdown title="By policy" rows={data.policies} />
      <Reviewers data={data} />
    </>
  );
}

function Figure({ label, value, detail }: { label: string; value: string; detail: string }) {
  return (
    <div>
      <dt className="text-muted">{label}</dt>
      <dd>
        <span className="block text-xl font-semibold">{value}</span>
        <span className="block text-xs text-muted">{detail}</span>
      </dd>
    </div>
  );
}

/** What somebody should look at. */
function Notices({ client, data }: { client: string; data: Insights }) {
  if (data.rising.length === 0 && data.approve_everything.length === 0) return null;
  return (
    <ul aria-label="Worth a look" className="flex flex-col gap-2">
      {data.rising.map(({ tool, before, after }) => (
        <Notice key={tool} icon={<TrendingUp className="mt-0.5 size-4 shrink-0" aria-hidden />}>
          <span className="font-semibold break-all">{tool}</span> paused {after} times in the newer half of this time, {before} in
          the older. A rule may be missing:{" "}
          <Link href={`/${client}/policies`} className="underline underline-offset-2">
            see the policies
          </Link>
          .
        </Notice>
      ))}
      {data.approve_everything.map(({ name, approved }) => (
        <Notice key={name} icon={<UserRoundCheck className="mt-0.5 size-4 shrink-0" aria-hidden />}>
          <span className="font-semibold break-all">{name}</span> decided {approved} cases and denied none. Either the cases
          should pass by policy, or they need a closer look.
        </Notice>
      ))}
    </ul>
  );
}

function Notice({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <li className="flex items-start gap-2 rounded-md bg-paused-soft px-3 py-2 text-paused">
      {icon}
      <p className="min-w-0 break-words">{children}</p>
    </li>
  );
}

function SeriesTable({ data }: { data: Insights }) {
  return (
    <details className="mt-3">
      <summary className="text-muted">As a table</summary>
      <Table
        caption="Requests a day"
        head={["Day", "Passed", "Paused", "Denied"]}
        rows={data.series.map((row) => [row.day, row.passed, row.paused, row.denied])}
      />
    </details>
  );
}

function Breakdown({ title, rows, link }: { title: string; rows: InsightRow[]; link?: (name: string) => string }) {
  return (
    <Panel className="p-5">
      <h2 className="mb-3 font-semibold">{title}</h2>
      <Table
        caption={title}
        head={["Name", "Requests", "Passed", "Paused", "Denied", "Median", "95% within"]}
        rows={rows.map((row) => [
          link ? (
            <Link key={row.name} href={link(row.name)} className="break-all text-accent underline underline-offset-2">
              {row.name}
            </Link>
          ) : (
            row.name
          ),
          row.requests,
          row.passed,
          row.paused,
          row.denied,
          row.p50 === null ? "–" : describeTaken(row.p50),
          row.p95 === null ? "–" : describeTaken(row.p95),
        ])}
      />
    </Panel>
  );
}

function Reviewers({ data }: { data: Insights }) {
  if (data.reviewers.length === 0) return null;
  return (
    <Panel className="p-5">
      <h2 className="mb-3 font-semibold">By reviewer</h2>
      <Table
        caption="By reviewer"
        head={["Name", "Decided", "Approved", "Denied", "Median", "95% within"]}
        rows={data.reviewers.map(({ name, approved, denied, p50, p95 }) => [
          name,
          approved + denied,
          approved,
          denied,
          p50 === null ? "–" : describeTaken(p50),
          p95 === null ? "–" : describeTaken(p95),
        ])}
      />
    </Panel>
  );
}

function Table({ caption, head, rows }: { caption: string; head: string[]; rows: ReactNode[][] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section aria-label={caption} tabIndex={0} className="overflow-x-auto">
      <table className="w-full">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="border-b border-line text-muted">
            {head.map((name, place) => (
              <th key={name} scope="col" className={`py-1.5 pr-4 font-normal ${place === 0 ? "text-left" : "text-right"}`}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows come whole, and are not moved
            <tr key={row} className="border-b border-line last:border-0">
              {cells.map((cell, place) =>
                place === 0 ? (
                  <th key={head[place]} scope="row" className="min-w-32 py-1.5 pr-4 text-left font-normal break-words">
                    {cell}
                  </th>
                ) : (
                  <td key={head[place]} className="py-1.5 pr-4 text-right whitespace-nowrap">
                    {typeof cell === "number" ? formatNumber(cell) : cell}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
