import type { LedgerEvent } from "@ledgix/contract/ledger";
import { type CborValue, encodeCbor, integer } from "./cbor.ts";
import { hashWithDomain } from "./hash.ts";

const EVENT_DOMAIN = "ledgix.audit.event.v1\0";

/** The bytes that an event hash covers (canonical_version 1). Other members of the entry are not part of it. */
export function encodeEvent(event: LedgerEvent): Uint8Array<ArrayBuffer> {
  const map: { [Field in keyof LedgerEvent]: CborValue } = {
    accepted_at: event.accepted_at,
    agent_id: event.agent_id,
    approved: event.approved,
    canonical_version: integer(event.canonical_version),
    citations: event.citations,
    confidence: event.confidence,
    event_uuid: event.event_uuid,
    evidence_chunks: event.evidence_chunks,
    intent_hash: event.intent_hash,
    policy_id: event.policy_id,
    reason: event.reason,
    request_id: event.request_id,
    tool_args: event.tool_args,
    tool_name: event.tool_name,
  };
  return encodeCbor(map);
}

/** Lower-case hex SHA-256 over `"ledgix.audit.event.v1\0"` and the event's CBOR. */
export function hashEvent(event: LedgerEvent): string {
  return hashWithDomain(EVENT_DOMAIN, encodeEvent(event));
}

/** A redacted entry hides its content; its event hash can no longer be computed, its leaf, receipt and place in the tree can. */
export function isRedacted(event: LedgerEvent): boolean {
  return event.intent_hash === "";
}
