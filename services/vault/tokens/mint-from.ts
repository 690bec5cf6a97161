import { hashIntent, hashToolArgs } from "@ledgix/contract/canonical-json";
import { ProblemError } from "@ledgix/contract/problem";
import { principalLabel } from "../access/principal.ts";
import { writerHindrance } from "../clearance/separation.ts";
import { REQUEST_COLUMNS, storedRequest } from "../clearance/stored-request.ts";
import { appendEvent } from "../ledger/append.ts";
import { issueToken } from "./issue.ts";
import { type Minting, saysTheSame } from "./minted-call.ts";
import { MintRefused } from "./refuse-mint.ts";
import type { SettledMint } from "./settle-mint.ts";

const REASON = "An identical action was approved before, and nothing that its approval rests on has changed.";

/**
 * Whether an approval may stand for another, identical action: it is not too old, confident enough, counted by no rule, for a call that says
 * of itself what this one says, and everything that governed it governs now. Where the rules are silent, a model must have approved it.
 */
export function mayServe(
  { deps: { config, now }, original, call }: Minting,
  { governed, effect, isCounted, threshold }: SettledMint,
): boolean {
  const { status, decided_at, reason_code, policy_version_id } = original;
  const isCovered = governed.policies.some((policy) => policy.policy_version_id === policy_version_id);
  return (
    status === "approved" &&
    decided_at !== null &&
    now().getTime() - decided_at.getTime() <= config.VAULT_MINT_TTL * 1000 &&
    reason_code !== "minted" &&
    !original.is_counted &&
    !isCounted &&
    original.confidence >= threshold &&
    original.governing_hash === governed.hash &&
    isCovered &&
    (effect === "allow" || reason_code === "model_allow") &&
    saysTheSame(original, call)
  );
}

/** Writes the request that an original serves for, and its event. @throws {MintRefused} where its rule may not clear this key's calls any more */
export async function mintFrom(
  { deps, transaction, principal, original, call, requestId }: Minting,
  threshold: number,
): Promise<{ request_id: string }> {
  const asked = { principal: original.principal, policyVersionId: original.policy_version_id };
  const hindrance = await writerHindrance(deps, transaction, asked);
  if (hindrance !== null) throw new MintRefused("mint_needs_review", hindrance, original, call);
  const minted = await transaction.row(
    storedRequest,
    `insert into clearance_requests (request_id, status, principal, principal_label, body_hash, tool_name, tool_args, tool_args_hash,
       intent_hash, agent_id, session_id, context, human_principal, parent_jti, destination_uri, destination_provider,
       destination_account_ref, purpose, processing_register_ref, dataset_ref, data_categories, amount, currency, reason, reason_code,
       confidence, confidence_basis, minimum_confidence_score, policy_id, policy_version_id, policy_content_hash, citations,
       governing_hash, decided_at, token_issued_at)
     select $2, 'approved', principal, $3, '', tool_name, $4::json, $5, $6, agent_id, $7, context, human_principal, request_id::text,
       destination_uri, destination_provider, destination_account_ref, purpose, processing_register_ref, dataset_ref, data_categories,
       amount, currency, $8, 'minted', confidence, confidence_basis, $10, policy_id, policy_version_id, policy_content_hash, citations,
       governing_hash, clock_timestamp(), $9
     from clearance_requests where request_id = $1 returning ${REQUEST_COLUMNS}`,
    [
      original.request_id,
      requestId,
      principalLabel(principal),
      JSON.stringify(call.tool_args),
      hashToolArgs(call.tool_args),
      hashIntent(call),
      call.session_id,
      REASON,
      Math.floor(deps.now().getTime() / 1000),
      threshold,
    ],
  );
  if (minted === null) throw new ProblemError("internal_error", "The token could not be minted. Try again.");
  // Signed here only to learn that it can be: without a signer nothing is minted.
  await issueToken(deps, minted, minted.token_issued_at ?? 0);
  await appendEvent(transaction, deps, {
    type: "token.minted",
    request: minted,
    decisionStatus: "approved",
    reason: REASON,
    actor: principalLabel(principal),
    channel: "api",
  });
  return { request_id: minted.request_id };
}
