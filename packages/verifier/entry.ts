import { fromBase64Url, isEqual, sha256, toHex, utf8 } from "./bytes.ts";
import { encodeRecord, whole } from "./cbor.ts";
import type { Entry } from "./records.ts";
import type { HasSigned } from "./signatures.ts";
import { hashLeaf } from "./tree.ts";

const EVENT_DOMAIN = utf8("ledgix.audit.event.v1\0");

/** Hex SHA-256 over the domain and the CBOR of the event's fields (canonical_version 1). */
export async function hashEvent(entry: Entry): Promise<string> {
  const { accepted_at, agent_id, approved, citations, confidence, event_uuid, evidence_chunks, intent_hash } = entry;
  const { policy_id, reason, request_id, tool_args, tool_name } = entry;
  const canonical_version = whole(entry.canonical_version);
  const covered = { accepted_at, agent_id, approved, canonical_version, citations, confidence, event_uuid, evidence_chunks };
  const rest = { intent_hash, policy_id, reason, request_id, tool_args, tool_name };
  return toHex(await sha256(EVENT_DOMAIN, encodeRecord({ ...covered, ...rest })));
}

/** A redacted entry has lost its content for this reader, or for good: its hash cannot be made again. */
export const isRedacted = (entry: Entry): boolean => entry.intent_hash === "";

/** What is wrong with an entry by itself: content against hash, hash against leaf, receipt. Null where nothing is. */
export async function faultOf(entry: Entry, hasSigned: HasSigned): Promise<string | null> {
  if (!isRedacted(entry) && (await hashEvent(entry)) !== entry.event_hash) return "its content has another hash";
  if ((await hashLeaf(entry.event_hash)) !== entry.leaf_hash) return "its leaf is of another event";
  const receipt = receiptOf(entry);
  if (!isEqual(receipt, fromBase64Url(entry.receipt_payload))) return "its receipt is for another event";
  if (!(await hasSigned(entry.receipt_key_id, receipt, entry.receipt_signature)))
    return "its receipt is not signed by a known key";
  return null;
}

const receiptOf = ({ accepted_at, event_hash, event_uuid, leaf_hash, receipt_key_id, request_id }: Entry) =>
  encodeRecord({
    accepted_at,
    event_hash,
    event_uuid,
    leaf_hash,
    receipt_key_id,
    request_id,
    type: "event_receipt",
    version: whole(1),
  });
