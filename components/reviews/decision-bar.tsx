"use client";

import type { ReviewCase } from "@ledgix/contract/review";
import { useQueryClient } from "@tanstack/react-query";
import { Ban, Check } from "lucide-react";
import { useId, useState, useTransition } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Textarea } from "@/components/ui/input";
import { Kbd } from "@/components/ui/kbd";
import { Time } from "@/components/ui/time";
import { decideCase } from "@/lib/reviews/actions";
import { reviewQuery } from "@/lib/vault/queries";

type Props = { client: string; review: ReviewCase; noun: string; mayDecide: boolean };

/** The one thing to do. Never optimistic: the screen says "approved" when Vault has said so. */
export function DecisionBar({ client, review, noun, mayDecide }: Props) {
  const [reason, setReason] = useState("");
  const [deciding, setDeciding] = useState<"approve" | "deny" | null>(null);
  const [, start] = useTransition();
  const queries = useQueryClient();
  const reasonId = useId();

  if (review.status !== "pending_review") return <Decided review={review} />;
  if (!mayDecide) return <p className="text-muted">Your role reads cases. An owner, an admin or a reviewer decides them.</p>;

  const decide = (approved: boolean) => {
    setDeciding(approved ? "approve" : "deny");
    start(async () => {
      const result = await decideCase(client, review.request_id, approved, reason);
      setDeciding(null);
      if (result.ok) {
        queries.setQueryData(reviewQuery(client, review.request_id).queryKey, result.data);
        toast.success(approved ? `Approved. ${review.agent_id} can go on.` : `Denied. ${review.agent_id} is told.`);
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
      <label htmlFor={reasonId} className="sr-only">
        Reason
      </label>
      <Textarea
        id={reasonId}
        rows={2}
        maxLength={4096}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        placeholder="Reason, for the agent and the ledger (optional)"
        className="max-sm:min-h-11"
      />
      <div className="grid grid-cols-2 gap-2 sm:flex">
        <Button id="approve" size="lg" disabled={deciding !== null} onClick={() => decide(true)}>
          <Check /> {deciding === "approve" ? "Approving…" : `Approve ${noun}`}
        </Button>
        <Button id="deny" size="lg" variant="danger-outline" disabled={deciding !== null} onClick={() => decide(false)}>
          <Ban /> {deciding === "deny" ? "Denying…" : "Deny"}
        </Button>
        <p className="ml-auto hidden items-center gap-1.5 text-xs text-muted sm:flex">
          <Kbd>a</Kbd> <Kbd>d</Kbd> then <Kbd>Enter</Kbd>
        </p>
      </div>
    </section>
  );
}

function Decided({ review }: { review: ReviewCase }) {
  const isApproved = review.status === "approved";
  return (
    <section aria-label="Decision" className={`rounded-lg px-4 py-3 ${isApproved ? "bg-approved-soft" : "bg-denied-soft"}`}>
      <p className={`flex items-center gap-2 font-semibold ${isApproved ? "text-approved" : "text-denied"}`}>
        {isApproved ? <Check className="size-4" aria-hidden /> : <Ban className="size-4" aria-hidden />}
        <span>
          {isApproved ? "Approved" : "Denied"}
          {review.decided_by && ` by ${review.decided_by}`}
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
