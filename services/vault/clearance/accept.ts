import { hashIntent, hashToolArgs } from "@ledgix/contract/canonical-json";
import { type ClearanceRequest, clearanceRequest } from "@ledgix/contract/clearance";
import { DEFAULT_MINIMUM_CONFIDENCE } from "@ledgix/contract/confidence";
import type { JsonObject } from "@ledgix/contract/json";
import { ProblemError } from "@ledgix/contract/problem";
import { amountIn } from "@ledgix/sentence/money";
import { traceContext } from "@ledgix/telemetry/tracing";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { type IdempotentCall, reused } from "../access/idempotency.ts";
import { minimumConfidenceSql } from "../settings/review.ts";
import { deriveDestination } from "./destination.ts";
import { REQUEST_COLUMNS, type StoredRequest, storedRequest } from "./stored-request.ts";

/**
 * Stores a request as `processing`: from here on it is not lost. The same principal with the same Idempotency-Key finds the request of
 * its first call again.
 *
 * @throws {ProblemError} `idempotency_key_reuse`
 */
export async function acceptRequest(
  database: Queryable,
  request: ClearanceRequest,
  call: IdempotentCall,
  principalLabel: string,
  requestId: string = crypto.randomUUID(),
): Promise<{ stored: StoredRequest; isNew: boolean }> {
  const derived = deriveDestination(request.tool_name, request.tool_args);
  const money = amountIn(request.tool_args);
  const inserted = await database.row(
    storedRequest,
    `insert into clearance_requests (request_id, status, principal, principal_label, idempotency_key, body_hash, tool_name, tool_args,
       tool_args_hash, intent_hash, agent_id, session_id, context, human_principal, parent_jti, destination_uri, destination_provider,
       destination_account_ref, purpose, processing_register_ref, dataset_ref, data_categories, amount, currency,
       traceparent, minimum_confidence_score)
     values ($1, 'processing', $2, $3, $4, $5, $6, $7::json, $8, $9, $10, $11, $12::json, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
       $23, $24, coalesce((${minimumConfidenceSql("$6")}), $25::double precision))
     on conflict (principal, idempotency_key) where idempotency_key is not null do nothing
     returning ${REQUEST_COLUMNS}`,
    [
      requestId,
      call.principal,
      principalLabel,
      call.key ?? null,
      call.bodyHash,
      request.tool_name,
      JSON.stringify(request.tool_args),
      hashToolArgs(request.tool_args),
      hashIntent(request),
      request.agent_id,
      request.session_id,
      JSON.stringify(request.context),
      request.human_principal ?? null,
      request.parent_jti ?? null,
      request.destination_uri ?? derived.uri,
      request.destination_provider ?? derived.provider,
      request.destination_account_ref ?? null,
      request.purpose ?? textIn(request.context, "purpose"),
      request.processing_register_ref ?? null,
      request.dataset_ref ?? textIn(request.context, "dataset_ref"),
      request.data_categories ?? textsIn(request.context, "data_categories"),
      money?.amount ?? null,
      money?.currency?.slice(0, 32) ?? null,
      traceIn(request.context) ?? traceContext().traceparent ?? null,
      DEFAULT_MINIMUM_CONFIDENCE,
    ],
  );
  if (inserted !== null) return { stored: inserted, isNew: true };

  const first = await database.row(
    storedRequest,
    `select ${REQUEST_COLUMNS} from clearance_requests where principal = $1 and idempotency_key = $2`,
    [call.principal, call.key ?? null],
  );
  if (first === null) throw new ProblemError("internal_error", "The request could not be stored. Try again.");
  if (first.body_hash !== call.bodyHash) throw reused();
  return { stored: first, isNew: false };
}

const traceInContext = z.looseObject({
  telemetry: z.looseObject({
    otel: z.looseObject({ traceparent: z.string().regex(/^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/) }),
  }),
});

/** Clients that cannot set headers send their trace in the context; Vault's own span knows nothing of it. */
const traceIn = (context: JsonObject): string | null =>
  traceInContext.safeParse(context).data?.telemetry.otel.traceparent ?? null;

/** Some client versions send these fields inside `context`; what does not fit there is left alone. */
export function textIn(context: JsonObject, name: "purpose" | "dataset_ref"): string | null {
  const parsed = clearanceRequest.shape[name].safeParse(context[name]);
  return parsed.success ? (parsed.data ?? null) : null;
}

export function textsIn(context: JsonObject, name: "data_categories"): string[] {
  const parsed = clearanceRequest.shape[name].safeParse(context[name]);
  return parsed.success ? (parsed.data ?? []) : [];
}
