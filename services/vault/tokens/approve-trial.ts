import type { EvaluateAnswer } from "@ledgix/contract/judge";
import { noteUse } from "@ledgix/governing/rates";
import { principalId, principalLabel } from "../access/principal.ts";
import { acceptRequest } from "../clearance/accept.ts";
import { recordDecision, ruledOutcome } from "../clearance/decide.ts";
import type { Minting } from "./minted-call.ts";
import { MintRefused } from "./refuse-mint.ts";
import type { SettledMint } from "./settle-mint.ts";

/**
 * Approves a call that the judge was asked about, and that nothing which came since speaks against: an ordinary approval, with a request and an
 * event of its own. Where a rule counts, it is counted in the same transaction.
 *
 * @throws {MintRefused} where the judge did not approve it at once: no case is opened, and nobody is told
 */
export async function approveTrial(
  { deps, transaction, principal, original, call, requestId }: Minting,
  { governed, effect, isCounted, threshold }: SettledMint,
  answer: EvaluateAnswer,
): Promise<{ request_id: string }> {
  const outcome = await ruledOutcome(
    deps,
    transaction,
    { tool_name: call.tool_name, minimum_confidence_score: threshold, principal: principalId(principal) },
    answer,
  );
  if (outcome.status === "denied") throw new MintRefused("mint_denied", outcome.reason, original, call);
  if (outcome.status === "pending_review") throw new MintRefused("mint_needs_review", outcome.reason, original, call);
  // A rule over hours or counts said so a moment ago, and says it no more.
  if (answer.reason_code === "rule_allow" && effect !== "allow") {
    throw new MintRefused("mint_needs_review", "No rule allows the action any more.", original, call);
  }
  const asked = { principal: principalId(principal), key: undefined, bodyHash: "" };
  const { stored } = await acceptRequest(transaction, call, asked, principalLabel(principal), requestId);
  if (effect === "allow" && isCounted) {
    const { tool_name: toolName, agent_id: agentId, human_principal } = stored;
    await noteUse(transaction, { requestId, toolName, agentId, principal: human_principal });
  }
  await recordDecision(deps, transaction, stored, outcome, { ...answer, governing_hash: governed.hash });
  return { request_id: requestId };
}
