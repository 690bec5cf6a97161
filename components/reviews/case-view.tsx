"use client";

import type { ReviewCase } from "@ledgix/contract/review";
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, CirclePause, Eraser, TriangleAlert } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { useSentences } from "@/components/reviews/use-sentences";
import { Button } from "@/components/ui/button";
import { CopyableId } from "@/components/ui/copy-button";
import { Skeleton } from "@/components/ui/skeleton";
import { ErrorState } from "@/components/ui/state";
import { Status } from "@/components/ui/status";
import { Time } from "@/components/ui/time";
import { reviewQuery } from "@/lib/vault/queries";
import { Assignment } from "./assignment";
import { CallArguments } from "./call-arguments";
import { CaseComments } from "./case-comments";
import { CaseTimeline } from "./case-timeline";
import { Citations } from "./citations";
import { DecisionBar } from "./decision-bar";
import { SimilarDecisions } from "./similar-decisions";

type Props = { client: string; requestId: string; self: string; mayCollaborate: boolean };

/** A case: what will happen, why a person is asked, and everything to decide by. */
export function CaseView({ client, requestId, self, mayCollaborate }: Props) {
  const { data, error, refetch } = useQuery(reviewQuery(client, requestId));
  if (error) return <ErrorState message={error.message} retry={() => void refetch()} />;
  if (data === undefined) {
    return (
      <div role="status" aria-label="Reading the case" className="flex flex-col gap-4 p-6 sm:p-8">
        <Skeleton className="h-7 w-3/4" />
        <Skeleton className="h-5 w-1/2" />
        <Skeleton className="h-32 w-full" />
      </div>
    );
  }
  return <Case client={client} review={data} self={self} mayCollaborate={mayCollaborate} />;
}

type CaseProps = { client: string; review: ReviewCase; self: string; mayCollaborate: boolean };

function Case({ client, review, self, mayCollaborate }: CaseProps) {
  const sentenceOf = useSentences(client);
  const isRedacted = review.redacted_at !== null;
  const sentence = sentenceOf({ ...review, is_redacted: isRedacted });
  return (
    <article className="mx-auto flex max-w-3xl flex-col gap-7 p-4 pb-44 sm:p-8 sm:pb-8">
      <header className="flex flex-col gap-2.5">
        <div className="flex items-center gap-2 text-muted">
          <Button asChild variant="ghost" size="icon" className="-ml-2 lg:hidden" aria-label="Back to the queue">
            <Link href={`/${client}/reviews`}>
              <ArrowLeft />
            </Link>
          </Button>
          <Status value={review.status} />
          <CopyableId id={review.request_id} />
          <span className="ml-auto">
            asked <Time at={review.requested_at} />
          </span>
        </div>
        <h1 className="text-xl break-words">
          <span className="font-semibold">{sentence.agent}</span> {sentence.text}.
        </h1>
        <WhyItPaused review={review} />
        <Deadline review={review} />
        {review.policy_changed && (
          <p role="status" className="flex items-start gap-2 rounded-md bg-paused-soft px-3 py-2 text-paused">
            <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden /> The policy has changed since this request paused.
            Read the version in force before you decide.
          </p>
        )}
      </header>
      {mayCollaborate && <Assignment client={client} review={review} self={self} />}
      <DecisionBar client={client} review={review} self={self} noun={sentence.noun} />
      {!isRedacted && !review.is_mismatched && (
        <>
          <Section title="Arguments">
            <CallArguments args={review.tool_args} lastApproved={review.last_approved} />
          </Section>
          <Section title="What your policies say">
            <Citations client={client} citations={review.citations} />
          </Section>
        </>
      )}
      <Section title="Asked by">
        <Facts review={review} />
      </Section>
      {review.similar.length > 0 && (
        <Section title={`Earlier calls of ${review.tool_name}`}>
          <SimilarDecisions similar={review.similar} />
        </Section>
      )}
      <Section title="Comments">
        <CaseComments client={client} review={review} mayWrite={mayCollaborate && !isRedacted} />
      </Section>
      <Section title="Timeline">
        <CaseTimeline client={client} timeline={review.timeline} />
      </Section>
    </article>
  );
}

/** Why a person is asked; of a redacted case, that this is gone; of one that was changed, that nobody may go by it. */
function WhyItPaused({ review }: { review: ReviewCase }) {
  if (review.redacted_at !== null) {
    return (
      <p className="flex items-start gap-2 text-muted">
        <Eraser className="mt-0.5 size-4 shrink-0" aria-hidden />
        <span className="min-w-0 break-words">
          Redacted by {review.redacted_by}, <Time at={review.redacted_at} />. What the request said is gone for good; that it was
          asked and decided stays proven in the ledger.
        </span>
      </p>
    );
  }
  if (review.is_mismatched) {
    return (
      <p role="alert" className="flex items-start gap-2 rounded-md bg-denied-soft px-3 py-2 text-denied">
        <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
        <span className="min-w-0">
          What is stored of this request does not match its record: somebody changed it in the database. It is not shown here and
          {review.status === "pending_review" ? " can only be denied" : " gives no token"}. Tell whoever runs your Ledgix.
        </span>
      </p>
    );
  }
  return (
    <p className="flex items-start gap-2 text-base text-paused">
      <CirclePause className="mt-1 size-4 shrink-0" aria-hidden />
      <span className="min-w-0 break-words">{review.reason}</span>
    </p>
  );
}

/** By when somebody must answer, and what happens then. */
function Deadline({ review }: { review: ReviewCase }) {
  if (review.status !== "pending_review" || review.due_at === null) return null;
  const { rule } = review;
  const escalates = rule.escalate_to !== null && review.escalated_at === null;
  return (
    <p className="text-muted">
      {review.escalated_at !== null && "Escalated, since nobody answered in time. "}
      By the rule “{rule.name}” this {escalates ? "escalates" : rule.when_unanswered === "deny" ? "is denied" : "is overdue"}{" "}
      <Time at={review.due_at} className="text-paused" />.
    </p>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-2">
      <h2 className="font-semibold">{title}</h2>
      {children}
    </section>
  );
}

/** Only what is known: an absent fact has no line. */
function Facts({ review }: { review: ReviewCase }) {
  const facts: [string, ReactNode][] = [
    ["Agent", review.agent_id],
    ["Application key", review.requested_by],
    ["Session", review.session_id],
    ["On behalf of", review.human_principal],
    [
      "Goes to",
      [review.destination.provider, review.destination.uri, review.destination.account_ref].filter(Boolean).join(" · "),
    ],
    ["Rule", review.rule.id === "default" ? null : review.rule.name],
    ["Purpose", review.purpose],
    ["Data", review.data_categories.join(", ")],
    [
      "Confidence",
      `${review.confidence.toFixed(2)}, threshold ${review.minimum_confidence_score.toFixed(2)}. ${review.confidence_basis}`,
    ],
  ];
  return (
    <dl className="grid grid-cols-[8rem_1fr] gap-x-4 gap-y-1">
      {facts
        .filter(([, value]) => value)
        .map(([label, value]) => (
          <div key={label} className="contents">
            <dt className="text-muted">{label}</dt>
            <dd className="min-w-0 break-words">{value}</dd>
          </div>
        ))}
    </dl>
  );
}
