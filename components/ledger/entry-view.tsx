"use client";

import type { ProofBundle } from "@ledgix/contract/ledger";
import { isRedacted } from "@ledgix/ledger/event";
import { type Check, verifyBundle } from "@ledgix/ledger/verify";
import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleMinus, CircleX, Clock } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { useSentences } from "@/components/reviews/use-sentences";
import { CopyableId } from "@/components/ui/copy-button";
import { Page, Panel } from "@/components/ui/page";
import { Skeleton } from "@/components/ui/skeleton";
import { EmptyState, ErrorState } from "@/components/ui/state";
import { Status } from "@/components/ui/status";
import { Time } from "@/components/ui/time";
import { bundleQuery } from "@/lib/vault/queries";
import { ReadFailed } from "@/lib/vault/read";
import { eventLabel, eventRecordOf, isWithoutContent } from "./event-label";
import { InclusionTree } from "./inclusion-tree";
import { Lifeline } from "./lifeline";
import { RawBytes } from "./raw-bytes";
import { RedactDialog } from "./redact-dialog";

/** An entry with its proof, verified here, in the reader's own browser. */
export function EntryView({ client, eventUuid, mayRedact }: { client: string; eventUuid: string; mayRedact: boolean }) {
  const { data, error, refetch, failureReason } = useQuery(bundleQuery(client, eventUuid));
  if (error) return <ErrorState message={error.message} retry={() => void refetch()} />;
  if (data) return <Entry client={client} bundle={data} mayRedact={mayRedact} />;
  const isWaiting = failureReason instanceof ReadFailed && failureReason.code === "not_sequenced";
  if (isWaiting) {
    return (
      <EmptyState title="Waiting for the next checkpoint">
        <Clock className="mx-auto mb-2 size-5" aria-hidden />
        The event is accepted and receipted. Its proof appears here as soon as the next checkpoint covers it.
      </EmptyState>
    );
  }
  return (
    <Page title="Ledger entry">
      <Skeleton className="h-64 w-full" />
    </Page>
  );
}

function Entry({ client, bundle, mayRedact }: { client: string; bundle: ProofBundle; mayRedact: boolean }) {
  const { event, inclusion } = bundle;
  const sentenceOf = useSentences(client);
  const sentence = sentenceOf({ ...event, is_redacted: isWithoutContent(event) });
  const record = eventRecordOf(event);
  return (
    <Page
      title="Ledger entry"
      description={
        <>
          <span className="font-semibold text-ink">{sentence.agent}</span> {sentence.text}.
        </>
      }
      actions={
        <>
          {mayRedact && !isWithoutContent(event) && <RedactDialog client={client} requestId={event.request_id} />}
          <Status value={event.decision_status} label={eventLabel(event)} />
        </>
      }
    >
      <Panel className="p-4 sm:p-5">
        <Lifeline client={client} entry={event} />
      </Panel>
      <Verification bundle={bundle} />
      <Panel>
        <dl className="divide-y divide-line">
          <Fact label="Reason">
            {isRedacted(event) ? (
              <span className="text-muted">Redacted: what the event said is gone, its proof holds.</span>
            ) : (
              event.reason
            )}
          </Fact>
          <Fact label="Decided by">
            {isRedacted(event) ? "redacted" : record?.actor ? `${record.actor}, by ${record.channel}` : "policy"}
          </Fact>
          <Fact label="Receipt">
            signed by {event.receipt_key_id || "nobody yet"} when it was accepted{" "}
            <code className="font-mono text-xs break-all text-muted">{event.receipt_signature}</code>
          </Fact>
          <Fact label="Policy">{event.policy_id || "none"}</Fact>
          <Fact label="Accepted">
            <Time at={event.accepted_at} /> <span className="text-muted">{event.accepted_at}</span>
          </Fact>
          <Fact label="Request">
            <Link href={`/${client}/reviews/${event.request_id}`} className="text-accent underline underline-offset-2">
              open the case
            </Link>{" "}
            <CopyableId id={event.request_id} />
          </Fact>
          <Fact label="Place">
            leaf {inclusion.leaf_index} of {inclusion.tree_size} in checkpoint {inclusion.checkpoint.checkpoint_id}, signed{" "}
            <Time at={inclusion.checkpoint.signed_at} />
          </Fact>
          <Fact label="Anchored">
            {inclusion.checkpoint.exported_at ? <Time at={inclusion.checkpoint.exported_at} /> : "not yet"}{" "}
            <span className="break-all text-muted">{inclusion.checkpoint.export_uri}</span>
          </Fact>
          <Hash label="Event hash" value={event.event_hash} />
          <Hash label="Leaf hash" value={event.leaf_hash} />
          <Hash label="Root hash" value={inclusion.checkpoint.root_hash} />
        </dl>
      </Panel>
      <section className="flex flex-col gap-2">
        <h2 className="font-semibold">Its place in the tree</h2>
        <p className="text-muted">
          Green is computed here, from the leaf upwards; white is given by the proof. The top must be the root that checkpoint{" "}
          {inclusion.checkpoint.checkpoint_id} signed.
        </p>
        <InclusionTree inclusion={inclusion} />
      </section>
      <RawBytes bundle={bundle} />
    </Page>
  );
}

const names: Record<Check["name"], string> = {
  event_hash: "Content",
  leaf_hash: "Leaf",
  receipt: "Receipt",
  checkpoint: "Checkpoint",
  inclusion: "Inclusion",
  consistency: "Consistency",
  chain: "Chain",
};

function Verification({ bundle }: { bundle: ProofBundle }) {
  const { data: checks, error } = useQuery({
    queryKey: [
      "verify",
      bundle.event.event_uuid,
      isRedacted(bundle.event),
      bundle.inclusion.checkpoint.checkpoint_hash,
      bundle.consistency?.to_checkpoint.checkpoint_hash,
    ],
    queryFn: () => verifyBundle(bundle),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (error) {
    return (
      <p role="alert" className="rounded-md bg-denied-soft px-3 py-2 text-denied">
        This browser cannot verify Ed25519 signatures. Take the bundle below to another verifier.
      </p>
    );
  }
  const failed = checks?.some((check) => check.outcome === "failed");
  return (
    <Panel className="p-4 sm:p-5">
      <h2 className="text-base font-semibold" data-testid="verdict">
        {checks === undefined ? "Verifying in your browser…" : failed ? "This proof does not hold" : "Verified in your browser"}
      </h2>
      <ul className="mt-3 flex flex-col gap-2">
        {checks?.map((check) => (
          <li key={check.name} className="flex items-start gap-2">
            <Outcome outcome={check.outcome} />
            <span>
              <span className="font-semibold">{names[check.name]}.</span> <span className="text-muted">{check.detail}</span>
            </span>
          </li>
        ))}
      </ul>
      {checks && (
        <p className="mt-3 text-xs text-muted">
          Not shown by this: that the keys are Ledgix's (compare them with the JWKS), and that everybody is shown the same log
          (compare the newest checkpoint with its anchor).
        </p>
      )}
    </Panel>
  );
}

function Outcome({ outcome }: { outcome: Check["outcome"] }) {
  if (outcome === "passed") return <CircleCheck className="mt-0.5 size-4 shrink-0 text-approved" aria-label="passed" />;
  if (outcome === "failed") return <CircleX className="mt-0.5 size-4 shrink-0 text-denied" aria-label="failed" />;
  return <CircleMinus className="mt-0.5 size-4 shrink-0 text-muted" aria-label="not checked" />;
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[6.5rem_1fr] gap-4 px-4 py-2">
      <dt className="text-muted">{label}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </div>
  );
}

function Hash({ label, value }: { label: string; value: string }) {
  return (
    <Fact label={label}>
      <code className="font-mono text-xs break-all">{value}</code>
    </Fact>
  );
}
