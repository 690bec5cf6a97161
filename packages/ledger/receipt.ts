import { encodeCbor, integer } from "./cbor.ts";

export type ReceiptInput = {
  accepted_at: string;
  event_hash: string;
  event_uuid: string;
  leaf_hash: string;
  receipt_key_id: string;
  request_id: string;
};

/** The bytes that a receipt signs: Vault's promise, on acceptance, that this event will be in the log. */
export function encodeReceipt(input: ReceiptInput): Uint8Array<ArrayBuffer> {
  return encodeCbor({
    accepted_at: input.accepted_at,
    event_hash: input.event_hash,
    event_uuid: input.event_uuid,
    leaf_hash: input.leaf_hash,
    receipt_key_id: input.receipt_key_id,
    request_id: input.request_id,
    type: "event_receipt",
    version: integer(1),
  });
}
