import { hashIntent } from "@ledgix/contract/canonical-json";
import type { Redaction, RedactionRequest } from "@ledgix/contract/ledger";
import { ProblemError } from "@ledgix/contract/problem";
import type { TenantDatabase, TenantQueryable } from "@ledgix/tenancy/tenant-database";
import { z } from "zod";
import { audit } from "../access/audit.ts";
import { type Principal, principalLabel } from "../access/principal.ts";
import { REQUEST_COLUMNS, type StoredRequest, storedRequest } from "../clearance/stored-request.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { appendEvent } from "./append.ts";

/**
 * Destroys what a settled request said, for good: the content keys of its events, and every copy in the tenant's database. Hashes, receipts
 * and places in the tree stay, so that every proof goes on verifying. The redaction is an event of its own. Doing it twice changes nothing.
 *
 * @throws {ProblemError} `not_found` · `not_settled`
 */
export async function redactRequest(
  deps: VaultDependencies,
  database: TenantDatabase,
  principal: Principal,
  { request_id, reason }: RedactionRequest,
): Promise<Redaction> {
  const by = principalLabel(principal);
  return database.transaction(async (transaction) => {
    const request = await transaction.row(
      storedRequest,
      `select ${REQUEST_COLUMNS} from clearance_requests where request_id = $1 for update`,
      [request_id],
    );
    if (request === null) throw new ProblemError("not_found", "There is no request of this id.");
    if (request.redacted_at !== null) {
      return { request_id, redacted_at: request.redacted_at.toISOString(), redacted_by: request.redacted_by ?? "" };
    }
    await assertSettled(transaction, request);
    const emptied = await emptyRequest(transaction, request, by);
    await destroyEvents(transaction, request_id);
    await appendEvent(transaction, deps, {
      type: "content.redacted",
      request: emptied,
      decisionStatus: request.status === "approved" ? "approved" : "denied",
      reason,
      actor: by,
      channel: principal.kind === "member" ? "console" : "api",
    });
    await audit(deps, principal, "request.redacted", request_id, { reason });
    return { request_id, redacted_at: emptied.redacted_at?.toISOString() ?? "", redacted_by: by };
  });
}

/** What may still be decided, used or told needs its content. */
async function assertSettled(transaction: TenantQueryable, request: StoredRequest): Promise<void> {
  const isOpen = request.status === "processing" || request.status === "pending_review";
  if (isOpen) throw new ProblemError("not_settled", "The request is not decided yet. Decide it, then redact it.");
  if (request.status === "approved" && request.consumed_at === null) {
    throw new ProblemError("not_settled", "The approval can still be used. Redact it once it was used or has lapsed.");
  }
  const untold = await transaction.row(
    z.object({ id: z.coerce.number() }),
    "select id from outbox where request_id = $1 and planned_at is null limit 1",
    [request.request_id],
  );
  const waiting = await transaction.row(
    z.object({ delivery_id: z.string() }),
    "select delivery_id from deliveries where request_id = $1 and status = 'waiting' limit 1",
    [request.request_id],
  );
  if (untold !== null || waiting !== null) {
    throw new ProblemError("not_settled", "People are still being told of the request. Try again shortly.", { retryAfter: 5 });
  }
}

/** Hashes over the content go too: of few possible contents, one finds by its hash which it was. */
async function emptyRequest(transaction: TenantQueryable, request: StoredRequest, by: string) {
  const { agent_id, session_id, tool_name } = request;
  const emptied = await transaction.row(
    storedRequest,
    `update clearance_requests set redacted_at = clock_timestamp(), redacted_by = $2, intent_hash = $3, tool_args = '{}', tool_args_hash = '',
       body_hash = '', context = '{}', citations = '[]', reason = 'Redacted.', confidence_basis = '', review_reason = null,
       pause_reason = case when pause_reason is null then null else 'Redacted.' end, human_principal = null, destination_uri = null,
       destination_account_ref = null, purpose = null, processing_register_ref = null, dataset_ref = null, data_categories = '{}',
       amount = null, currency = null
     where request_id = $1 returning ${REQUEST_COLUMNS}`,
    [request.request_id, by, hashIntent({ agent_id, session_id, tool_name, tool_args: {} })],
  );
  if (emptied === null) throw new ProblemError("not_found", "There is no request of this id.");
  for (const statement of COPIES) await transaction.run(statement, [request.request_id]);
  return emptied;
}

/** Where else a request's content stands. */
const COPIES = [
  "update review_votes set review_reason = null where request_id = $1",
  "update review_comments set text = 'Redacted.', mentions = '{}' where request_id = $1",
  "update rule_uses set human_principal = null where request_id = $1",
  // $1 as text: the first answers are JSON of many kinds.
  "delete from idempotency_records where answer ->> 'request_id' = $1::text or answer -> 'claims' ->> 'request_id' = $1::text",
];

/** Without its content key an event's content is gone; the sealed bytes go too. `sealed_content` stays set: an old row is sealed only where it is not. */
async function destroyEvents(transaction: TenantQueryable, requestId: string): Promise<void> {
  await transaction.run(
    `update ledger_events set content_key = null, content_key_id = null, sealed_content = '', intent_hash = '', tool_args = '{}',
       reason = '', citations = '[]', evidence_chunks = '[]' where request_id = $1`,
    [requestId],
  );
}
