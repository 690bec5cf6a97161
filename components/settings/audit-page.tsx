"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Page, Panel } from "@/components/ui/page";
import { SkeletonRows } from "@/components/ui/skeleton";
import { EmptyState, ErrorState } from "@/components/ui/state";
import { Time } from "@/components/ui/time";
import { changeAddress } from "@/lib/address";
import type { AuditRow } from "@/lib/audit/schema";
import { auditQuery } from "@/lib/vault/queries";

const acts: Record<string, string> = {
  "tenant.created": "created the tenant",
  "tenant.renamed": "renamed the tenant",
  "key.created": "created a key",
  "key.rotated": "rotated a key",
  "key.revoked": "revoked a key",
  "member.invited": "invited",
  "member.joined": "joined",
  "member.role_changed": "changed the role of",
  "member.removed": "removed",
  "member.left": "left",
  "invitation.withdrawn": "withdrew the invitation of",
  "settings.reviews_changed": "changed the review settings",
  "settings.notifications_changed": "changed the notifications",
  "webhook.created": "added a webhook",
  "webhook.deleted": "deleted a webhook",
  "webhook.rotated": "rotated a webhook's secret",
  "policy.activated": "put in force",
  "policy.retired": "retired the policy",
  "policy.draft_discarded": "discarded a draft of",
  "policy.rolled_back": "rolled back the policy",
  "policy.terms_changed": "changed the terms of rules",
  "tool.mapping_confirmed": "confirmed the arguments of",
  "tool.mapping_removed": "forgot the arguments of",
  "proposal.made": "proposed a change of",
  "proposal.discarded": "discarded a proposal for",
  "confluence.added": "added a Confluence source",
  "confluence.removed": "removed a Confluence source",
  "slack.connected": "connected Slack",
  "slack.disconnected": "disconnected Slack",
};

/** Every administrative act, searchable, and as a file. */
export function AuditPage({ client }: { client: string }) {
  const params = useSearchParams();
  const filter = { q: params.get("q") ?? "", actor: params.get("actor") ?? "", action: params.get("action") ?? "" };
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(auditQuery(client, filter));
  const events = data?.pages.flatMap((page) => page.events) ?? [];
  return (
    <Page
      title="Audit trail"
      description="What people changed here, newest first. Decisions stand in the ledger."
      actions={
        <Button asChild variant="secondary" size="sm">
          <a href={`/api/${client}/audit?${new URLSearchParams({ ...filter, format: "csv" })}`} download>
            <Download /> Export CSV
          </a>
        </Button>
      }
    >
      <search>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const q = String(new FormData(event.currentTarget).get("q") ?? "").trim();
            changeAddress({ q });
          }}
        >
          <Input
            key={filter.q}
            name="q"
            defaultValue={filter.q}
            placeholder="Act, person or target"
            aria-label="Search the audit trail"
            className="max-w-80"
          />
        </form>
      </search>
      <Panel>
        {error ? (
          <ErrorState message={error.message} retry={() => void refetch()} />
        ) : data === undefined ? (
          <SkeletonRows label="Reading the audit trail" />
        ) : events.length === 0 ? (
          <EmptyState title="Nothing fits">No act has these words. Try a person's address, or "key".</EmptyState>
        ) : (
          <ul aria-label="Audit trail" className="divide-y divide-line">
            {events.map((event) => (
              <AuditLine key={event.id} event={event} />
            ))}
          </ul>
        )}
      </Panel>
      {hasNextPage && (
        <Button variant="secondary" className="self-center" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {isFetchingNextPage ? "Reading…" : "Show older acts"}
        </Button>
      )}
    </Page>
  );
}

function AuditLine({ event }: { event: AuditRow }) {
  const facts = factsOf(event.detail);
  const isUuid = /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(event.target);
  return (
    <li className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5 px-4 py-2.5">
      <div className="min-w-0 flex-1 basis-80">
        <p className="break-words">
          <span className="font-semibold">{event.actor_email ?? "somebody"}</span> {acts[event.action] ?? event.action}{" "}
          {!isUuid && event.target !== event.actor_email && event.target.includes("@") && event.target}
        </p>
        {facts.length > 0 && (
          <dl className="text-xs text-muted">
            {facts.map(([name, value]) => (
              <div key={name} className="flex gap-1.5">
                <dt className="shrink-0">{name.replaceAll("_", " ")}</dt>
                <dd className="min-w-0 break-words text-ink">{value}</dd>
              </div>
            ))}
          </dl>
        )}
      </div>
      <Time at={event.created_at} className="text-muted" />
    </li>
  );
}

/** The detail as lines: "threshold 0.8 → 0.7" where a change says before and after. */
function factsOf(detail: AuditRow["detail"]): [string, string][] {
  if (typeof detail !== "object" || detail === null || Array.isArray(detail)) return [];
  const { before, after } = detail;
  const isChange = typeof before === "object" && before !== null && typeof after === "object" && after !== null;
  if (isChange && !Array.isArray(before) && !Array.isArray(after))
    return Object.keys({ ...before, ...after }).map((name) => [name, `${show(before[name])} → ${show(after[name])}`]);
  if (before !== undefined && after !== undefined) return [["changed", `${show(before)} → ${show(after)}`]];
  return Object.entries(detail).map(([name, value]) => [name, show(value)]);
}

function show(value: AuditRow["detail"] | undefined): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) {
    const names = value.map((item) =>
      typeof item === "object" && item !== null && "name" in item ? String(item.name) : show(item),
    );
    return names.join(", ") || "none";
  }
  if (typeof value === "object") {
    return (
      Object.entries(value)
        .map(([name, inner]) => `${name}: ${show(inner)}`)
        .join(", ") || "none"
    );
  }
  return String(value);
}
