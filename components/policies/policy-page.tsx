"use client";

import type { PolicyDocument } from "@ledgix/contract/policy";
import { useQuery } from "@tanstack/react-query";
import { FlaskConical, Pencil } from "lucide-react";
import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Page, Panel } from "@/components/ui/page";
import { Skeleton } from "@/components/ui/skeleton";
import { ErrorState } from "@/components/ui/state";
import { Time } from "@/components/ui/time";
import { changeAddress } from "@/lib/address";
import { cn } from "@/lib/cn";
import { policyQuery } from "@/lib/vault/policy-queries";
import { ActivateControl } from "./activate-control";
import type { Range } from "./highlight-range";
import { PolicyBacktests } from "./policy-backtests";
import { PolicyCases } from "./policy-cases";
import { PolicyRules } from "./policy-rules";
import { PolicyText } from "./policy-text";
import { RetireControl } from "./retire-control";
import { StateBadge } from "./state-badge";
import { tryPath } from "./try-path";
import { Versions } from "./versions";
import { WrittenByKey } from "./written-by-key";

const views = [
  ["", "Policy"],
  ["tests", "Test cases"],
  ["backtest", "Backtest"],
  ["versions", "Versions"],
] as const;

type Props = { client: string; policyId: string; version: string | null; highlight: Range | null; mayWrite: boolean };

/** One policy: its rules and its text, what it would do, and what it was. With a place, as a citation has one, it opens there. */
export function PolicyPage({ client, policyId, version, highlight, mayWrite }: Props) {
  const { data, error, refetch } = useQuery(policyQuery(client, policyId, version));
  const view = useSearchParams().get("view") ?? "";
  if (error) return <ErrorState message={error.message} retry={() => void refetch()} />;
  if (data === undefined) {
    return (
      <Page title="Policy">
        <Skeleton className="h-96 w-full" />
      </Page>
    );
  }
  const root = `/${client}/policies/${encodeURIComponent(policyId)}`;
  return (
    <Page
      title={data.title}
      description={<Facts policy={data} />}
      actions={
        <>
          <Button asChild size="sm" variant="secondary">
            <Link href={tryPath(client, data)}>
              <FlaskConical /> Try it
            </Link>
          </Button>
          {mayWrite && (
            <>
              <Button asChild size="sm" variant="secondary">
                <Link href={`${root}/edit?version=${data.policy_version_id}`}>
                  <Pencil /> Edit
                </Link>
              </Button>
              {data.state === "in_force" && <RetireControl client={client} policy={data} />}
              {(data.state === "draft" || data.state === "scheduled") && <ActivateControl client={client} policy={data} />}
            </>
          )}
        </>
      }
    >
      <WrittenByKey client={client} policy={data} mayWrite={mayWrite} />
      <NewerVersion policy={data} root={root} />
      <Views />
      {view === "tests" ? (
        <PolicyCases client={client} policy={data} mayWrite={mayWrite} />
      ) : view === "backtest" ? (
        <PolicyBacktests client={client} policy={data} mayWrite={mayWrite} />
      ) : view === "versions" ? (
        <Versions client={client} policy={data} mayWrite={mayWrite} />
      ) : (
        <>
          <PolicyRules client={client} policy={data} mayWrite={mayWrite} />
          {/* A policy of rules is its rules; its text would only say them again. */}
          {(data.source !== "register" || highlight) && data.content.trim() !== "" && (
            <Panel className="px-5 py-4">
              <PolicyText text={data.content} highlight={highlight} />
            </Panel>
          )}
        </>
      )}
    </Page>
  );
}

function Facts({ policy }: { policy: PolicyDocument }) {
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <Badge>version {policy.version}</Badge>
      <StateBadge state={policy.state} />
      {policy.indexing === "indexing" && <Badge tone="paused">indexing…</Badge>}
      <span>
        {policy.source === "register" && policy.description !== policy.title && policy.description && `${policy.description} `}
        {policy.tools.length === 0 ? "Covers every tool" : `Covers ${policy.tools.join(", ")}`}
        {policy.categories.length > 0 && `, about ${policy.categories.join(", ")}`}. By {policy.created_by},{" "}
        <Time at={policy.created_at} />
        {policy.origin && `, from ${policy.origin.file_name}`}
        {policy.pages.length > 0 && ` (${policy.pages.length} pages)`}.
        {policy.state === "scheduled" && policy.effective_from && (
          <>
            {" "}
            In force <Time at={policy.effective_from} />.
          </>
        )}
        {policy.note && ` “${policy.note}”`}
      </span>
    </span>
  );
}

/** A newer draft, or the version that is in force while this one is only looked at. */
function NewerVersion({ policy, root }: { policy: PolicyDocument; root: string }) {
  const [newest] = policy.versions;
  const inForce = policy.versions.find(({ state }) => state === "in_force");
  const other = newest && newest.version > policy.version ? newest : policy.state !== "in_force" ? inForce : undefined;
  if (other === undefined) return null;
  const is = { draft: "is a draft", scheduled: "is scheduled", in_force: "is in force", retired: "is retired" }[other.state];
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg bg-accent-soft px-4 py-2.5">
      <span>
        Version {other.version} {is}.
      </span>
      <Link className="text-accent underline underline-offset-2" href={`${root}?version=${other.policy_version_id}`}>
        Open it
      </Link>
      <Link
        className="text-accent underline underline-offset-2"
        href={`${root}/compare?from=${policy.policy_version_id}&to=${other.policy_version_id}`}
      >
        Compare
      </Link>
    </p>
  );
}

/** The views of the policy; the address holds which one is open. */
function Views() {
  const open = useSearchParams().get("view") ?? "";
  return (
    <div role="tablist" aria-label="Views" className="flex gap-4 overflow-x-auto border-b border-line">
      {views.map(([view, label]) => (
        <button
          key={view}
          type="button"
          role="tab"
          aria-selected={view === open}
          onClick={() => changeAddress({ view })}
          className={cn(
            "-mb-px h-9 border-b-2 border-transparent whitespace-nowrap text-muted hover:text-ink",
            view === open && "border-accent font-semibold text-ink",
          )}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
