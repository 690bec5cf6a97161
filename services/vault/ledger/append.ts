import type { DecisionStatus } from "@ledgix/contract/clearance";
import { bucketOf } from "@ledgix/contract/confidence";
import type { JsonObject } from "@ledgix/contract/json";
import type { LedgerEvent } from "@ledgix/contract/ledger";
import { toBase64Url } from "@ledgix/ledger/base64url";
import { hashEvent } from "@ledgix/ledger/event";
import { hashLeaf } from "@ledgix/ledger/hash";
import { encodeReceipt } from "@ledgix/ledger/receipt";
import { inSpan } from "@ledgix/telemetry/tracing";
import type { TenantQueryable } from "@ledgix/tenancy/tenant-database";
import type { StoredRequest } from "../clearance/stored-request.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { redactedContent, sealEvent } from "./content.ts";

export type EventType =
  | "clearance.approved"
  | "clearance.denied"
  | "clearance.paused"
  | "review.approved"
  | "review.denied"
  | "review.endorsed"
  | "review.expired"
  | "clearance.cancelled"
  | "clearance.lapsed"
  | "token.minted"
  | "mint.refused"
  | "token.consumed"
  | "content.redacted";

export type NewEvent = {
  type: EventType;
  /** The request in the state that the event records. */
  request: StoredRequest;
  decisionStatus: DecisionStatus;
  reason: string;
  /** Who did it, where a person or a key did: the principal's label. */
  actor: string | null;
  /** By which way: `policy`, `console`, `api`, … */
  channel: string;
};

/**
 * Writes one event with its receipt, in the transaction of the state that it records. While the signer is away the receipt stays
 * empty and the background loop signs it: a denial must not wait for a key.
 */
export function appendEvent(transaction: TenantQueryable, deps: AppendDependencies, event: NewEvent): Promise<void> {
  const attributes = { "ledgix.event_type": event.type, "ledgix.request_id": event.request.request_id };
  return inSpan("ledger.append", { attributes }, () => writeEvent(transaction, deps, event));
}

type AppendDependencies = Pick<VaultDependencies, "keys" | "now" | "log">;

async function writeEvent(
  transaction: TenantQueryable,
  deps: AppendDependencies,
  { type, request, decisionStatus, reason, actor, channel }: NewEvent,
): Promise<void> {
  const record: JsonObject = {
    kind: "ledgix.event",
    type,
    decision_status: decisionStatus,
    reason_code: request.reason_code,
    actor,
    channel,
    requested_by: request.principal_label,
    minimum_confidence_score: request.minimum_confidence_score,
    policy_version_id: request.policy_version_id,
    policy_content_hash: request.policy_content_hash,
  };
  const event: LedgerEvent = {
    event_uuid: crypto.randomUUID(),
    request_id: request.request_id,
    agent_id: request.agent_id,
    policy_id: request.policy_id ?? "",
    intent_hash: request.intent_hash,
    tool_name: request.tool_name,
    tool_args: request.tool_args,
    reason,
    citations: request.citations,
    evidence_chunks: [record],
    confidence: request.confidence,
    approved: decisionStatus === "approved",
    accepted_at: deps.now().toISOString(),
    canonical_version: 1,
  };
  const eventHash = hashEvent(event);
  const leafHash = hashLeaf(eventHash);
  const receipt = await signReceipt(deps, event, eventHash, leafHash);
  const sealed = await sealEvent(transaction, { ...event, event_hash: eventHash });
  await transaction.run(
    `insert into ledger_events (event_uuid, request_id, event_type, agent_id, policy_id, intent_hash, tool_name, tool_args, reason,
       citations, evidence_chunks, confidence, confidence_bucket, decision_status, approved, accepted_at, canonical_version,
       event_hash, leaf_hash, receipt_key_id, receipt_payload, receipt_signature, actor, channel, requested_by, policy_version_id,
       sealed_content, content_key, content_key_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8::json, $9, $10::json, $11::json, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
       $25, $26, $27, $28, $29)`,
    [
      event.event_uuid,
      event.request_id,
      type,
      event.agent_id,
      event.policy_id,
      redactedContent.intent_hash,
      event.tool_name,
      JSON.stringify(redactedContent.tool_args),
      redactedContent.reason,
      JSON.stringify(redactedContent.citations),
      JSON.stringify(redactedContent.evidence_chunks),
      event.confidence,
      bucketOf(event.confidence),
      decisionStatus,
      event.approved,
      event.accepted_at,
      event.canonical_version,
      eventHash,
      leafHash,
      receipt?.keyId ?? null,
      receipt?.payload ?? null,
      receipt?.signature ?? null,
      actor,
      channel,
      request.principal_label,
      request.policy_version_id,
      sealed.sealed_content,
      sealed.content_key,
      sealed.content_key_id,
    ],
  );
}

async function signReceipt(
  { keys, log }: Pick<VaultDependencies, "keys" | "log">,
  event: Pick<LedgerEvent, "accepted_at" | "event_uuid" | "request_id">,
  eventHash: string,
  leafHash: string,
): Promise<{ keyId: string; payload: string; signature: string } | null> {
  const signer = keys.active();
  const payload = encodeReceipt({ ...event, event_hash: eventHash, leaf_hash: leafHash, receipt_key_id: signer.keyId });
  try {
    return { keyId: signer.keyId, payload: toBase64Url(payload), signature: toBase64Url(await signer.sign(payload)) };
  } catch (error) {
    log.error("receipt.not_signed", error);
    return null;
  }
}

/** Signs the receipts that could not be signed when their events were accepted. @returns how many */
export async function signMissingReceipts(
  transaction: TenantQueryable,
  deps: Pick<VaultDependencies, "keys" | "log">,
  missing: { event_uuid: string; request_id: string; accepted_at: string; event_hash: string; leaf_hash: string }[],
): Promise<number> {
  let signed = 0;
  for (const event of missing) {
    const receipt = await signReceipt(deps, event, event.event_hash, event.leaf_hash);
    if (receipt === null) break;
    signed += await transaction.run(
      `update ledger_events set receipt_key_id = $2, receipt_payload = $3, receipt_signature = $4
       where event_uuid = $1 and receipt_signature is null`,
      [event.event_uuid, receipt.keyId, receipt.payload, receipt.signature],
    );
  }
  return signed;
}
