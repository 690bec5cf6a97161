import { type ClearanceAnswer, clearanceRow } from "@ledgix/contract/clearance";
import { bucketOf, minimumBucketOf } from "@ledgix/contract/confidence";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import type { VaultDependencies } from "../dependencies.ts";
import { issueToken } from "../tokens/issue.ts";
import type { StoredRequest } from "./stored-request.ts";

/** A token with less than this left is issued again, with the same `jti`. Seconds. */
const FRESH_FOR = 30;

/** The answer to a request in its present state: always the whole superset, always one of the four legal rows. */
export async function answerOf(
  deps: VaultDependencies,
  clientId: string,
  database: Queryable,
  request: StoredRequest,
): Promise<ClearanceAnswer> {
  return {
    status: request.status,
    ...clearanceRow[request.status],
    token: request.status === "approved" ? await currentToken(deps, database, request) : null,
    reason: request.reason,
    request_id: request.request_id,
    confidence: request.confidence,
    minimum_confidence_score: request.minimum_confidence_score,
    confidence_bucket: bucketOf(request.confidence),
    minimum_confidence_bucket: minimumBucketOf(request.minimum_confidence_score),
    policy_version_id: isKeptForMinting(request) ? request.policy_version_id : null,
    policy_content_hash: request.policy_content_hash,
    reason_code: request.reason_code,
    review_url: request.status === "pending_review" ? reviewUrl(deps, clientId, request.request_id) : null,
  };
}

/**
 * Clients keep an approval that names a policy version, and mint from it: they have no way back when that is refused. So one that may not be
 * minted from names none.
 */
function isKeptForMinting({ status, decided_by, reason_code, is_counted }: StoredRequest): boolean {
  return status !== "approved" || (decided_by === null && reason_code !== "minted" && !is_counted);
}

function reviewUrl({ config }: VaultDependencies, clientId: string, requestId: string): string | null {
  return config.CONSOLE_URL ? new URL(`/${clientId}/reviews/${requestId}`, config.CONSOLE_URL).toString() : null;
}

async function currentToken(deps: VaultDependencies, database: Queryable, request: StoredRequest): Promise<string> {
  const now = Math.floor(deps.now().getTime() / 1000);
  const staleBefore = now - deps.config.VAULT_JWT_TTL + Math.min(FRESH_FOR, Math.floor(deps.config.VAULT_JWT_TTL / 2));
  let issuedAt = request.token_issued_at ?? 0;
  if (request.consumed_at === null && issuedAt < staleBefore) {
    // Two readers at once agree on one issue time, and so on one token.
    const row = await database.row(
      z.object({ token_issued_at: z.coerce.number() }),
      `update clearance_requests set token_issued_at = greatest(token_issued_at, $2)
       where request_id = $1 and consumed_at is null returning token_issued_at`,
      [request.request_id, now],
    );
    issuedAt = row?.token_issued_at ?? issuedAt;
  }
  return issueToken(deps, request, issuedAt);
}
