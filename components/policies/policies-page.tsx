"use client";

import type { PolicyList, WaitingDraft } from "@ledgix/contract/policy";
import { useQuery } from "@tanstack/react-query";
import { ChevronRight, ListChecks } from "lucide-react";
import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Page, Panel } from "@/components/ui/page";
import { SkeletonRows } from "@/components/ui/skeleton";
import { EmptyState, ErrorState } from "@/components/ui/state";
import { Time } from "@/components/ui/time";
import { policiesQuery } from "@/lib/vault/policy-queries";
import { AddPolicyButton, AddPolicyDialog } from "./add-policy-dialog";
import { EmbeddingNote } from "./embedding-note";
import { StateBadge } from "./state-badge";
import { UploadProgress } from "./upload-progress";

export function PoliciesPage({ client, mayWrite }: { client: string; mayWrite: boolean }) {
  const { data, error, refetch } = useQuery(policiesQuery(client));
  const [isAdding, setAdding] = useState(useSearchParams().get("new") === "1");
  const isEmpty = data?.policies.length === 0;
  const add = mayWrite && <AddPolicyButton onClick={() => setAdding(true)} />;
  const write = mayWrite && (
    <Button asChild size="sm" variant="secondary">
      <Link href={`/${client}/policies/new`}>
        <ListChecks /> Write rules
      </Link>
    </Button>
  );
  return (
    <Page
      title="Policies"
      description="What the judge reads before it answers. Rules decide; documents propose rules, and are shown to reviewers."
      actions={
        !isEmpty && (
          <>
            {write}
            {add}
          </>
        )
      }
    >
      {mayWrite && <AddPolicyDialog client={client} isOpen={isAdding} setOpen={setAdding} />}
      <UploadProgress client={client} />
      <EmbeddingNote client={client} />
      <Panel>
        {error ? (
          <ErrorState message={error.message} retry={() => void refetch()} />
        ) : data === undefined ? (
          <SkeletonRows label="Reading policies" />
        ) : isEmpty ? (
          <EmptyState
            title="No policies yet"
            action={
              <div className="flex flex-wrap justify-center gap-2">
                {add}
                {write}
              </div>
            }
          >
            Without a policy every request pauses for a person. Upload the document that your team goes by, or write rules that
            decide.
          </EmptyState>
        ) : (
          <ul className="divide-y divide-line">
            {data.policies.map((policy) => (
              <PolicyRow key={policy.policy_id} client={client} policy={policy} />
            ))}
          </ul>
        )}
      </Panel>
    </Page>
  );
}

/** "a draft of the key ci waits". */
const describeWaiting = (drafts: WaitingDraft[]) =>
  drafts.length === 1 ? `a draft of the key ${drafts[0]?.created_by} waits` : `${drafts.length} drafts of keys wait`;

function PolicyRow({ client, policy }: { client: string; policy: PolicyList["policies"][number] }) {
  const isAhead = policy.newest_version > policy.version;
  return (
    <li>
      <Link
        href={`/${client}/policies/${encodeURIComponent(policy.policy_id)}`}
        className="flex items-center gap-4 px-4 py-3 hover:bg-sunken"
      >
        <div className="min-w-0 flex-1">
          <p className="flex flex-wrap items-center gap-2">
            <span className="truncate font-semibold">{policy.title}</span>
            <Badge>version {policy.version}</Badge>
            <StateBadge state={policy.state} />
            {policy.rules.length > 0 && (
              <Badge tone="accent">{policy.rules.length === 1 ? "1 rule" : `${policy.rules.length} rules`}</Badge>
            )}
            {policy.cedar !== "" && <Badge tone="accent">Cedar</Badge>}
            {policy.indexing === "indexing" && <Badge tone="paused">indexing…</Badge>}
            {policy.rules.some((rule) => rule.problem !== null) && <Badge tone="paused">a rule is not understood</Badge>}
            {policy.waiting_drafts.length > 0 && <Badge tone="paused">{describeWaiting(policy.waiting_drafts)}</Badge>}
            {isAhead && policy.waiting_drafts.every(({ version }) => version !== policy.newest_version) && (
              <span className="text-xs text-muted">
                version {policy.newest_version} is {policy.newest_state === "scheduled" ? "scheduled" : "a draft"}
              </span>
            )}
          </p>
          <p className="truncate text-muted">{policy.tools.length === 0 ? "Every tool" : policy.tools.join(", ")}</p>
        </div>
        <Time at={policy.created_at} className="hidden text-muted sm:block" />
        <ChevronRight className="size-4 shrink-0 text-muted" aria-hidden />
      </Link>
    </li>
  );
}
