import { hashToolArgs } from "@ledgix/contract/canonical-json";
import { type ConsumeAnswer, type ConsumeRequest, consumeAnswer } from "@ledgix/contract/clearance";
import { ProblemError } from "@ledgix/contract/problem";
import type { Queryable } from "@ledgix/tenancy/database";
import type { TenantDatabase } from "@ledgix/tenancy/tenant-database";
import { z } from "zod";
import { type IdempotentCall, onceFor } from "../access/idempotency.ts";
import { asMismatched, assertMatches } from "../clearance/content-match.ts";
import { REQUEST_COLUMNS, storedRequest } from "../clearance/stored-request.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { appendEvent } from "../ledger/append.ts";
import { verifyToken } from "./verify.ts";

/**
 * Verifies a token and burns its `jti`. The burn is one conditional update of one row, so of any number of racing callers, on any
 * number of replicas, exactly one gets through.
 *
 * @throws {ProblemError} `token_invalid` · `token_expired` · `token_replayed` · `tool_mismatch` · `arguments_mismatch` ·
 *   `content_mismatch`
 */
export async function consumeToken(
  deps: VaultDependencies,
  database: TenantDatabase,
  request: ConsumeRequest,
  call: IdempotentCall,
  actor: string,
): Promise<ConsumeAnswer> {
  const claims = await verifyToken(deps, request.token);
  if (request.tool_name !== undefined && request.tool_name !== claims.tool) {
    throw new ProblemError("tool_mismatch", `The token was issued for ${claims.tool}, not for ${request.tool_name}.`);
  }
  if (request.tool_args !== undefined && hashToolArgs(request.tool_args) !== claims.tool_args_hash) {
    throw new ProblemError(
      "arguments_mismatch",
      "These are not the arguments that were approved. Ask for clearance of the ones you mean to use.",
    );
  }
  const jti = z.uuid().safeParse(claims.jti);
  if (!jti.success) throw new ProblemError("token_invalid", "This is not a clearance token that this Vault issued.");

  const answer = await database.transaction((transaction) =>
    onceFor(transaction, call, consumeAnswer, async () => {
      const burned = await transaction.row(
        storedRequest,
        `update clearance_requests set consumed_at = clock_timestamp()
         where request_id = $1 and status = 'approved' and consumed_at is null and tool_args_hash = $2
         returning ${REQUEST_COLUMNS}`,
        [jti.data, claims.tool_args_hash],
      );
      if (burned === null) throw await whyNotBurned(deps, transaction, jti.data);
      assertMatches(deps, burned);
      await appendEvent(transaction, deps, {
        type: "token.consumed",
        request: burned,
        decisionStatus: "approved",
        reason: "The clearance token was used.",
        actor,
        channel: "api",
      });
      return { valid: true as const, claims };
    }),
  );
  deps.metrics.tokensConsumed.inc();
  return answer;
}

async function whyNotBurned(deps: VaultDependencies, transaction: Queryable, requestId: string): Promise<ProblemError> {
  const row = await transaction.row(storedRequest, `select ${REQUEST_COLUMNS} from clearance_requests where request_id = $1`, [
    requestId,
  ]);
  if (row?.consumed_at) {
    return new ProblemError("token_replayed", "This clearance token was already used. Ask for clearance again.", {
      details: { consumed_at: row.consumed_at.toISOString() },
    });
  }
  // Approved and not used, so only the arguments' hash can be another one than the token's.
  if (row?.status === "approved") assertMatches(deps, asMismatched(row));
  if (row) return new ProblemError("token_expired", "The approval has lapsed. Ask for clearance again.");
  return new ProblemError("token_invalid", "This is not a clearance token of this tenant.");
}
