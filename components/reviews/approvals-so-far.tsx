import type { ReviewCase } from "@ledgix/contract/review";
import { CircleCheck, CircleDashed } from "lucide-react";
import { Time } from "@/components/ui/time";

/** Where a rule asks for two people: who approved, and from whom one more is missing. */
export function ApprovalsSoFar({ review }: { review: ReviewCase }) {
  if (review.approvals_needed === 1) return null;
  const { roles, members } = review.rule.reviewers;
  const asked = [...roles.map((role) => `any ${role}`), ...members];
  return (
    <ul aria-label="Approvals" className="flex flex-col gap-1">
      {review.votes.map((vote) => (
        <li key={vote.by} className="flex flex-wrap items-center gap-x-2">
          <CircleCheck className="size-4 text-approved" aria-hidden />
          <span className="font-semibold break-all">{vote.by}</span> approved
          <Time at={vote.at} className="text-muted" />
          {vote.reason && <span className="basis-full pl-6 text-muted">{vote.reason}</span>}
        </li>
      ))}
      {review.status === "pending_review" && (
        <li className="flex items-center gap-2 text-muted">
          <CircleDashed className="size-4" aria-hidden />
          {review.votes.length > 0 ? "One more approval is" : "Two approvals are"} needed, from{" "}
          {asked.length > 0 ? new Intl.ListFormat("en", { type: "disjunction" }).format(asked) : "anybody who decides"}
        </li>
      )}
    </ul>
  );
}
