"use client";

import type { ReviewCase } from "@ledgix/contract/review";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Ban, Check, Lock } from "lucide-react";
import { useId, useState, useTransition } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Select, Textarea } from "@/components/ui/input";
import { Kbd } from "@/components/ui/kbd";
import { Time } from "@/components/ui/time";
import { decideCase } from "@/lib/reviews/actions";
import { reviewQuery, settingsQuery } from "@/lib/vault/queries";
import { ApprovalsSoFar } from "./approvals-so-far";

type Props = { client: string; review: ReviewCase; self: string; noun: string };

/** The one thing to do. Never optimistic: the screen says "approved" when Vault has said so. */
export function DecisionBar({ client, review, self, noun }: Props) {
  const [reason, setReason] = useState("");
  const [isReasonMissing, setReasonMissing] = useState(false);
  const [deciding, setDeciding] = useState<"approve" | "deny" | null>(null);
  const [, start] = useTransition();
  const queries = useQueryClient();

  if (review.status !== "pending_review") return <Decided review={review} />;
  if (review.hindrance) {
    return (
      <section aria-label="Decision" className="flex flex-col gap-2 rounded-lg border border-line bg-surface p-4">
        <p className="flex items-start gap-2">
          <Lock className="mt-0.5 size-4 shrink-0 text-muted" aria-hidden />
          {review.hindrance.code === "forbidden"
            ? "Your role reads cases. An owner, an admin or a reviewer decides them."
            : review.hindrance.detail}
        </p>
        <ApprovalsSoFar review={review} />
      </section>
    );
  }

  const hasApproved = review.votes.some((vote) => vote.not_counting === null && vote.by.toLowerCase() === self);
  const decide = (approved: boolean) => {
    const { rule } = review;
    const isRequired = rule.reason === "required" || (rule.reason === "required_to_deny" && !approved);
    if (isRequired && reason.trim() === "") return setReasonMissing(true);
    setReasonMissing(false);
    setDeciding(approved ? "approve" : "deny");
    start(async () => {
      const result = await decideCase(client, review.request_id, approved, reason);
      setDeciding(null);
      if (result.ok) {
        queries.setQueryData(reviewQuery(client, review.request_id).queryKey, result.data);
        toast.success(successOf(result.data));
        return;
      }
      toast.error(result.error);
      // Somebody else may have come first: the case says who.
      await queries.invalidateQueries({ queryKey: reviewQuery(client, review.request_id).queryKey });
    });
  };

  return (
    <section
      aria-label="Decision"
      className="flex flex-col gap-3 border-line bg-surface max-sm:fixed max-sm:inset-x-0 max-sm:bottom-14 max-sm:z-10 max-sm:border-t max-sm:p-3 sm:rounded-lg sm:border sm:p-4"
    >
      {!review.is_mismatched && <ApprovalsSoFar review={review} />}
      <ReasonField client={client} review={review} reason={reason} setReason={setReason} isMissing={isReasonMissing} />
      <div className="grid grid-cols-2 gap-2 sm:flex">
        {!review.is_mismatched && (
          <Button id="approve" size="lg" disabled={deciding !== null || hasApproved} onClick={() => decide(true)}>
            <Check /> {hasApproved ? "You approved" : deciding === "approve" ? "Approving…" : `Approve ${noun}`}
          </Button>
        )}
        <Button
          id="deny"
          size="lg"
          variant="danger-outline"
          disabled={deciding !== null}
          onClick={() => decide(false)}
          className={review.is_mismatched ? "max-sm:col-span-2" : undefined}
        >
          <Ban /> {deciding === "deny" ? "Denying…" : "Deny"}
        </Button>
        <p className="ml-auto hidden items-center gap-1.5 text-xs text-muted sm:flex">
          {!review.is_mismatched && <Kbd>a</Kbd>} <Kbd>d</Kbd> then <Kbd>Enter</Kbd>
        </p>
      </div>
    </section>
  );
}

function successOf(review: ReviewCase): string {
  if (review.status === "pending_review") return "Your approval is kept. One more person must approve.";
  return review.status === "approved" ? `Approved. ${review.agent_id} can go on.` : `Denied. ${review.agent_id} is told.`;
}

type ReasonProps = {
  client: string;
  review: ReviewCase;
  reason: string;
  setReason: (reason: string) => void;
  isMissing: boolean;
};

function ReasonField({ client, review, reason, setReason, isMissing }: ReasonProps) {
  const reasonId = useId();
  const { data: settings } = useQuery({ ...settingsQuery(client), staleTime: 60_000 });
  const demand = { optional: "optional", required: "required", required_to_deny: "required to deny" }[review.rule.reason];
  return (
    <div className="flex flex-col gap-2">
      <label htmlFor={reasonId} className="sr-only">
        Reason
      </label>
      <Textarea
        id={reasonId}
        rows={2}
        maxLength={4096}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        placeholder={`Reason, for the agent and the ledger (${demand})`}
        className="max-sm:min-h-11"
        aria-invalid={isMissing || undefined}
        aria-describedby={isMissing ? `${reasonId}-missing` : undefined}
      />
      {isMissing && (
        <p id={`${reasonId}-missing`} role="alert" className="text-denied">
          The rule “{review.rule.name}” asks for a reason. Write one, then decide.
        </p>
      )}
      {settings && settings.canned_reasons.length > 0 && (
        <Select
          aria-label="Reasons to pick from"
          value=""
          onChange={(event) => setReason(event.target.value)}
          className="text-muted sm:w-72"
        >
          <option value="">Pick a reason…</option>
          {settings.canned_reasons.map((canned) => (
            <option key={canned}>{canned}</option>
          ))}
        </Select>
      )}
    </div>
  );
}

function Decided({ review }: { review: ReviewCase }) {
  const isApproved = review.status === "approved";
  const by = review.decided_by ?? (review.timeline.at(-1)?.type === "review.expired" ? "nobody in time" : null);
  return (
    <section aria-label="Decision" className={`rounded-lg px-4 py-3 ${isApproved ? "bg-approved-soft" : "bg-denied-soft"}`}>
      <p className={`flex items-center gap-2 font-semibold ${isApproved ? "text-approved" : "text-denied"}`}>
        {isApproved ? <Check className="size-4" aria-hidden /> : <Ban className="size-4" aria-hidden />}
        <span>
          {isApproved ? "Approved" : "Denied"}
          {by && ` by ${by}`}
          {review.decided_at && (
            <>
              {", "}
              <Time at={review.decided_at} />
            </>
          )}
        </span>
      </p>
      {review.review_reason && <p className="mt-1 break-words">{review.review_reason}</p>}
    </section>
  );
}
