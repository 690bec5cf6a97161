import { compared } from "@ledgix/contract/call-record";
import type { MintRequest } from "@ledgix/contract/clearance";
import { ProblemError } from "@ledgix/contract/problem";
import { isSameArguments } from "@ledgix/contract/same-arguments";
import type { TenantQueryable } from "@ledgix/tenancy/tenant-database";
import { z } from "zod";
import { type Principal, principalId } from "../access/principal.ts";
import { REQUEST_COLUMNS, requestRow } from "../clearance/stored-request.ts";
import { isAsRecorded } from "../ledger/as-recorded.ts";

/** The request that a mint names, with all that it said. */
const originalRequest = requestRow
  .extend({
    parent_jti: z.string().nullable(),
    processing_register_ref: z.string().nullable(),
    dataset_ref: z.string().nullable(),
  })
  .transform(compared);
export type OriginalRequest = z.infer<typeof originalRequest>;

/**
 * The request that a mint names, where it is the principal's own, a policy approved it once, and the mint is for the same action.
 *
 * @throws {ProblemError} `mint_unknown` · `mint_not_approved` · `mint_human_approved` · `mint_mismatch`
 */
export async function findOriginal(
  transaction: TenantQueryable,
  principal: Principal,
  sent: MintRequest,
): Promise<OriginalRequest> {
  const original = await transaction.row(
    originalRequest,
    `select ${REQUEST_COLUMNS}, parent_jti, processing_register_ref, dataset_ref from clearance_requests
     where request_id = $1 and principal = $2`,
    [sent.original_request_id, principalId(principal)],
  );
  if (original === null) throw refused("mint_unknown", "There is no request of yours with this original_request_id.");
  // One that nobody used in time was approved once: it is too old, like one that was used long ago.
  const wasApproved = original.status === "approved" || original.reason_code === "approval_lapsed";
  if (!wasApproved || original.decided_at === null) throw refused("mint_not_approved", "The original request is not approved.");
  if (original.decided_by !== null) {
    throw refused("mint_human_approved", "A person approved the original: that was one approval of one action.");
  }
  // What was redacted, or is not what was approved, is the same as nothing.
  if (original.record !== "intact" || !(await isAsRecorded(transaction, original)))
    throw refused("mint_mismatch", "What is stored of the original is not what was approved.");
  const differing = differences(original, sent);
  if (differing.length > 0) throw refused("mint_mismatch", `The original differs in ${differing.join(", ")}.`);
  return original;
}

function differences(original: OriginalRequest, sent: MintRequest): string[] {
  const { context } = original;
  const isSame: Record<string, boolean> = {
    tool_name: original.tool_name === sent.tool_name,
    agent_id: (sent.agent_id ?? original.agent_id) === original.agent_id,
    tool_args: isSameArguments(original.tool_args, sent.tool_args ?? {}),
    policy_id: [undefined, original.policy_id, context.policy_id, context.policyId].includes(sent.policy_id),
    policy_version_id: [undefined, original.policy_version_id].includes(sent.policy_version_id),
    policy_content_hash: [undefined, original.policy_content_hash].includes(sent.policy_content_hash),
  };
  return Object.keys(isSame).filter((field) => !isSame[field]);
}

const refused = (code: Extract<ConstructorParameters<typeof ProblemError>[0], `mint_${string}`>, why: string) =>
  new ProblemError(code, `${why} Ask for clearance.`);
