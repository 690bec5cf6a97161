import type { Citation, EvaluateAnswer, EvaluateRequest } from "@ledgix/contract/judge";
import type { CoveringPolicy } from "@ledgix/governing/governing";

/** A chat model in the judge's chair. It fails into a review, never into an exception and never into an approval. */
export interface ModelJudge {
  readonly model: string;
  /** Where no rule says anything: allow, deny or review, as the passages say. */
  decide(request: EvaluateRequest, policy: CoveringPolicy, passages: Citation[]): Promise<EvaluateAnswer>;
  /** Where a rule allows: the same answer, or a review or denial. It can lower a verdict, never lift one. */
  object(request: EvaluateRequest, allowed: EvaluateAnswer, passages: Citation[]): Promise<EvaluateAnswer>;
}
