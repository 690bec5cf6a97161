"use client";

import { useQuery } from "@tanstack/react-query";
import { ChevronRight, CircleAlert, CircleCheck, CircleDashed } from "lucide-react";
import Link from "next/link";
import { Button } from "@/components/ui/button";
import { Page, Panel } from "@/components/ui/page";
import { SkeletonRows } from "@/components/ui/skeleton";
import { ErrorState } from "@/components/ui/state";
import { coverageQuery, policiesQuery, proposalsQuery } from "@/lib/vault/policy-queries";
import { densityQuery, keysQuery, membersQuery, notificationsQuery, settingsQuery } from "@/lib/vault/queries";
import { type GoLiveCheck, goLiveChecks } from "./checks";

/** How often the page looks again. */
const LOOK_MS = 5_000;
const looks = {
  done: { icon: CircleCheck, className: "text-approved", word: "In place" },
  attention: { icon: CircleAlert, className: "text-paused", word: "Look at it" },
  missing: { icon: CircleDashed, className: "text-muted", word: "Missing" },
} as const;

/** The go-live checklist, each line measuring itself. */
export function GoLive({ client }: { client: string }) {
  const live = { refetchInterval: LOOK_MS };
  const keys = useQuery({ ...keysQuery(client), ...live });
  const policies = useQuery({ ...policiesQuery(client), ...live });
  const proposals = useQuery({ ...proposalsQuery(client), ...live });
  const members = useQuery(membersQuery(client));
  const notifications = useQuery({ ...notificationsQuery(client), ...live });
  const settings = useQuery(settingsQuery(client));
  const coverage = useQuery({ ...coverageQuery(client), ...live });
  const approved = useQuery({ ...densityQuery(client, { decision: "approved" }), ...live });
  const denied = useQuery({ ...densityQuery(client, { decision: "denied" }), ...live });
  const paused = useQuery({ ...densityQuery(client, { decision: "approved_pending_review" }), ...live });
  const all = [keys, policies, proposals, members, notifications, settings, coverage, approved, denied, paused];
  const failed = all.find(({ error }) => error);
  const isRead =
    keys.data &&
    policies.data &&
    proposals.data &&
    members.data &&
    notifications.data &&
    settings.data &&
    coverage.data &&
    approved.data &&
    denied.data &&
    paused.data;
  const firsts = [approved, denied, paused].flatMap(({ data }) => data?.first_at ?? []).toSorted();
  const checks = isRead
    ? goLiveChecks({
        now: new Date(),
        keys: keys.data,
        policies: policies.data.policies,
        proposals: proposals.data.proposals,
        members: members.data.members,
        notifications: notifications.data,
        settings: settings.data,
        coverage: coverage.data,
        approved: approved.data.total,
        denied: denied.data.total,
        paused: paused.data.total,
        firstEntryAt: firsts[0] ?? null,
      })
    : null;
  const done = checks?.filter(({ state }) => state === "done").length ?? 0;
  return (
    <Page
      title="Go-live"
      description={
        checks === null
          ? "What should be in place before production traffic."
          : done === checks.length
            ? "Everything is in place. This page goes on measuring."
            : `${done} of ${checks.length} in place. Each line measures itself and says what it saw.`
      }
    >
      <Panel>
        {failed?.error ? (
          <ErrorState message={failed.error.message} retry={() => void Promise.all(all.map(({ refetch }) => refetch()))} />
        ) : checks === null ? (
          <SkeletonRows rows={7} label="Measuring" />
        ) : (
          <ol aria-label="Go-live checklist" className="divide-y divide-line">
            {checks.map((check) => (
              <CheckLine key={check.id} client={client} check={check} />
            ))}
          </ol>
        )}
      </Panel>
    </Page>
  );
}

function CheckLine({ client, check }: { client: string; check: GoLiveCheck }) {
  const { icon: Icon, className, word } = looks[check.state];
  return (
    <li className="flex gap-3 px-4 py-3.5 sm:px-5">
      <Icon className={`mt-0.5 size-5 shrink-0 ${className}`} aria-hidden />
      <div className="min-w-0 flex-1">
        <h2 className="font-semibold">
          {check.title} <span className={`font-normal ${className}`}>{word}</span>
        </h2>
        {check.evidence.map((sentence) => (
          <p key={sentence} className="break-words text-muted">
            {sentence}
          </p>
        ))}
      </div>
      <Button asChild variant={check.state === "done" ? "ghost" : "secondary"} size="sm">
        <Link href={`/${client}${check.mend.path}`}>
          {check.mend.label} <ChevronRight />
        </Link>
      </Button>
    </li>
  );
}
