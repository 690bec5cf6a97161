"use client";

import type { PolicyDocument } from "@ledgix/contract/policy";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useCallback } from "react";
import Markdown from "react-markdown";
import { Badge } from "@/components/ui/badge";
import { Page, Panel } from "@/components/ui/page";
import { Skeleton } from "@/components/ui/skeleton";
import { ErrorState } from "@/components/ui/state";
import { Time } from "@/components/ui/time";
import { policyQuery } from "@/lib/vault/queries";
import { RuleEffect } from "./rule-effect";

type Range = { start: number; end: number };
type Props = { client: string; policyId: string; version: string | null; highlight: Range | null };

/** A policy's text. With a place, as a citation has one, it opens there. */
export function PolicyReader({ client, policyId, version, highlight }: Props) {
  const { data, error, refetch } = useQuery(policyQuery(client, policyId, version));
  if (error) return <ErrorState message={error.message} retry={() => void refetch()} />;
  if (data === undefined) {
    return (
      <Page title="Policy">
        <Skeleton className="h-96 w-full" />
      </Page>
    );
  }
  return (
    <Page
      title={data.title}
      description={
        <>
          {data.source === "register" && data.description !== data.title && data.description && `${data.description} `}
          {data.tools.length === 0 ? "Covers every tool" : `Covers ${data.tools.join(", ")}`}. By {data.created_by},{" "}
          <Time at={data.created_at} />.
        </>
      }
      actions={data.indexing === "indexing" && <Badge tone="paused">indexing…</Badge>}
    >
      {data.rules.length > 0 && (
        <Panel className="p-4">
          <h2 className="mb-2 font-semibold">Rules</h2>
          <ul className="flex flex-col gap-2">
            {data.rules.map((rule) => (
              <RuleEffect key={rule.text} {...rule} />
            ))}
          </ul>
        </Panel>
      )}
      {/* A policy of rules is its rules; its text would only say them again. */}
      {(data.source === "upload" || highlight) && (
        <Panel className="px-5 py-4">
          {highlight ? <HighlightedText text={data.content} range={highlight} /> : <MarkdownText text={data.content} />}
        </Panel>
      )}
      <Versions client={client} policy={data} />
    </Page>
  );
}

function Versions({ client, policy }: { client: string; policy: PolicyDocument }) {
  return (
    <section>
      <h2 className="mb-2 font-semibold">Versions</h2>
      <ul className="flex flex-col gap-1 text-muted">
        {policy.versions.map((version) => (
          <li key={version.policy_version_id}>
            <Link
              href={`/${client}/policies/${encodeURIComponent(policy.policy_id)}?version=${version.policy_version_id}`}
              aria-current={version.policy_version_id === policy.policy_version_id ? "true" : undefined}
              className="underline-offset-2 hover:underline aria-current:font-semibold aria-current:text-ink"
            >
              Version {version.version}
            </Link>{" "}
            by {version.created_by}, <Time at={version.created_at} />
            {" · "}
            <Link
              href={`/${client}/ledger?version=${version.policy_version_id}`}
              className="text-accent underline underline-offset-2"
            >
              its decisions
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** react-markdown renders no raw HTML, so nothing in a document can run. Links do not leave the console's address unasked. */
function MarkdownText({ text }: { text: string }) {
  return (
    <div className="max-w-prose text-base [&_a]:text-accent [&_a]:underline [&_code]:font-mono [&_code]:text-sm [&_h1]:mt-2 [&_h1]:mb-3 [&_h1]:text-xl [&_h1]:font-semibold [&_h2]:mt-6 [&_h2]:mb-2 [&_h2]:font-semibold [&_h3]:mt-4 [&_h3]:mb-1 [&_h3]:font-semibold [&_li]:ml-5 [&_li]:list-disc [&_ol_li]:list-decimal [&_p]:my-2">
      <Markdown components={{ img: () => null }}>{text}</Markdown>
    </div>
  );
}

/** The text as it was written, so that the offsets of a citation are exact. */
function HighlightedText({ text, range }: { text: string; range: Range }) {
  const scrollHere = useCallback((mark: HTMLElement | null) => mark?.scrollIntoView({ block: "center" }), []);
  return (
    <p className="max-w-prose text-base break-words whitespace-pre-wrap">
      {text.slice(0, range.start)}
      <mark ref={scrollHere} className="rounded bg-paused-soft text-ink outline-2 outline-paused/40">
        {text.slice(range.start, range.end)}
      </mark>
      {text.slice(range.end)}
    </p>
  );
}
