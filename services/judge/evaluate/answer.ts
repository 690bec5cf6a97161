import type { ReasonCode } from "@ledgix/contract/clearance";
import type { Citation, EvaluateAnswer } from "@ledgix/contract/judge";
import type { CoveringPolicy } from "@ledgix/governing/governing";

/** Nothing was decided, so nothing is claimed. */
const UNDECIDED = 0.5;

/** A case for a person. */
export function review(
  reason: string,
  reasonCode: ReasonCode,
  policy: CoveringPolicy | null,
  citations: Citation[],
): EvaluateAnswer {
  return {
    ...answerUnder(policy),
    verdict: "review",
    confidence: UNDECIDED,
    confidence_basis: "Nothing was decided, so nothing is claimed.",
    reason,
    reason_code: reasonCode,
    citations,
  };
}

export function answerUnder(policy: CoveringPolicy | null) {
  return {
    policy_id: policy?.policy_id ?? null,
    policy_version_id: policy?.policy_version_id ?? null,
    policy_content_hash: policy?.content_hash ?? null,
    required_approvals: 1 as const,
    approvals_reason: null,
    amount: null,
  };
}
