import type { ReviewCase } from "@ledgix/contract/review";
import { CircleCheck, CircleDashed, CircleSlash, TriangleAlert } from "lucide-react";
import { Time } from "@/components/ui/time";

/** Where a rule asks for two people: who approved, whose approval counts, and from whom one more is missing. Whom it names in vain, it says always. */
export function ApprovalsSoFar({ review }: { review: ReviewCase }) {
  const notes = review.passed_over.map((note) => (
    <li key={note} className="flex items-start gap-2 text-paused">
      <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden /> <span className="break-words">{note}</span>
    </li>
  ));
  if (review.approvals_needed === 1)
    return notes.length === 0 ? null : (
      <ul aria-label="Who decides" className="flex flex-col gap-1">
        {notes}
      </ul>
    );
  const { roles, members } = review.rule.reviewers;
  const asked = [...roles.map((role) => `any ${role}`), ...members];
  const missing = review.approvals_needed - review.approvals;
  return (
    <ul aria-label="Approvals" className="flex flex-col gap-1">
      {review.votes.map((vote) => (
        <li key={vote.by} className="flex flex-wrap items-center gap-x-2">
          {vote.not_counting === null ? (
            <CircleCheck className="size-4 text-approved" aria-hidden />
          ) : (
            <CircleSlash className="size-4 text-muted" aria-hidden />
          )}
          <span className="font-semibold break-all">{vote.by}</span> approved
          <Time at={vote.at} className="text-muted" />
          {vote.reason && <span className="basis-full pl-6 text-muted">{vote.reason}</span>}
          {vote.not_counting && <span className="basis-full pl-6 text-paused">Counts no more: {vote.not_counting}</span>}
        </li>
      ))}
      {notes}
      {review.status === "pending_review" && (
        <li className="flex items-center gap-2 text-muted">
          <CircleDashed className="size-4" aria-hidden />
          {missing === 1 ? "One more approval is" : "Two approvals are"} needed, from{" "}
          {asked.length > 0 ? new Intl.ListFormat("en", { type: "disjunction" }).format(asked) : "anybody who decides"}
        </li>
      )}
    </ul>
  );
}
