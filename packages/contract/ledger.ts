import { z } from "zod";
import { decisionStatus } from "./clearance.ts";
import { confidenceBucket } from "./confidence.ts";
import { id } from "./id.ts";
import { jsonArray, jsonObject } from "./json.ts";

const hex = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hex digits");

/** The fields that the event hash covers. */
export const ledgerEvent = z.object({
  event_uuid: z.string(),
  request_id: z.string(),
  agent_id: z.string(),
  policy_id: z.string(),
  intent_hash: z.string(),
  tool_name: z.string(),
  tool_args: jsonObject,
  reason: z.string(),
  citations: jsonArray,
  evidence_chunks: jsonArray,
  confidence: z.number(),
  approved: z.boolean(),
  accepted_at: z.string(),
  canonical_version: z.literal(1),
});
export type LedgerEvent = z.infer<typeof ledgerEvent>;

export const receipt = z.object({
  receipt_algorithm: z.literal("Ed25519"),
  receipt_key_id: z.string(),
  receipt_payload: z.string(),
  receipt_signature: z.string(),
});
export type Receipt = z.infer<typeof receipt>;

/** An entry of `GET /ledger`. `leaf_index` and `checkpoint_id` are null until the event is sequenced. */
export const ledgerEntry = ledgerEvent.extend({
  seq: z.number().int(),
  confidence_bucket: confidenceBucket,
  decision_status: decisionStatus,
  event_hash: hex,
  leaf_hash: hex,
  leaf_index: z.number().int().nullable(),
  checkpoint_id: z.number().int().nullable(),
  ...receipt.shape,
});
export type LedgerEntry = z.infer<typeof ledgerEntry>;

export const ledgerPage = z.object({ entries: z.array(ledgerEntry), next_cursor: z.string().nullable() });
export type LedgerPage = z.infer<typeof ledgerPage>;

/** Content as it is stored: both parts are nonce (12 bytes), ciphertext and tag (16 bytes) of AES-256-GCM, as base64url. */
export const encryptedContent = z.object({
  algorithm: z.literal("AES-256-GCM"),
  /** Which transport key of the tenant wraps the content key. */
  key_id: z.string(),
  wrapped_key: z.string(),
  content: z.string(),
});

/** An entry of `GET /ledger/encrypted`. Null where the content was destroyed. */
export const encryptedEntry = ledgerEntry.extend({ encrypted: encryptedContent.nullable() });
export type EncryptedEntry = z.infer<typeof encryptedEntry>;
export const encryptedPage = z.object({ entries: z.array(encryptedEntry), next_cursor: z.string().nullable() });

/** `GET /ledger/density`: how many entries there are over time, under the same filters as the list. */
export const ledgerDensity = z.object({
  total: z.number().int(),
  /** Of the oldest and the newest entry that the filters find; null where there is none. */
  first_at: z.string().nullable(),
  last_at: z.string().nullable(),
  bucket_seconds: z.number(),
  buckets: z.array(z.object({ at: z.string(), approved: z.number().int(), denied: z.number().int(), paused: z.number().int() })),
});
export type LedgerDensity = z.infer<typeof ledgerDensity>;

export const checkpoint = z.object({
  checkpoint_id: z.number().int(),
  microblock_id: z.number().int(),
  tree_size: z.number().int().min(1),
  root_hash: hex,
  checkpoint_hash: hex,
  prev_checkpoint_hash: z.union([hex, z.literal("")]),
  signature_algorithm: z.literal("Ed25519"),
  signer_key_id: z.string(),
  checkpoint_signature: z.string(),
  checkpoint_payload: z.string(),
  signed_at: z.string(),
  mmd_seconds: z.number().int(),
  export_target: z.string(),
  export_uri: z.string(),
  export_status: z.string(),
  exported_at: z.string().optional(),
});
export type Checkpoint = z.infer<typeof checkpoint>;

export const checkpointList = z.object({
  checkpoints: z.array(checkpoint),
  total: z.number().int(),
  truncated: z.boolean(),
  next_cursor: z.string().nullable(),
});

export const inclusionProof = z.object({
  event_uuid: z.string(),
  request_id: z.string(),
  event_hash: hex,
  leaf_hash: hex,
  leaf_index: z.number().int(),
  tree_size: z.number().int(),
  path: z.array(hex),
  checkpoint,
});
export type InclusionProof = z.infer<typeof inclusionProof>;

export const consistencyProof = z.object({ from_checkpoint: checkpoint, to_checkpoint: checkpoint, path: z.array(hex) });
export type ConsistencyProof = z.infer<typeof consistencyProof>;

/** A key of the log. `public_jwk` is base64url of the JWK's JSON. */
export const ledgerKey = z.object({
  key_id: z.string(),
  algorithm: z.literal("Ed25519"),
  public_jwk: z.string(),
  active_from: z.string(),
  retired_at: z.string().optional(),
});
export type LedgerKey = z.infer<typeof ledgerKey>;

/** `GET /ledger/proof/bundle`: what a verifier needs, offline. */
export const proofBundle = z.object({
  event: ledgerEntry,
  inclusion: inclusionProof,
  consistency: consistencyProof.optional(),
  keys: z.array(ledgerKey),
});
export type ProofBundle = z.infer<typeof proofBundle>;

export const ledgerVerification = z.object({
  intact: z.boolean(),
  verified_entries: z.number().int(),
  verified_checkpoints: z.number().int(),
  latest_leaf_hash: z.string(),
  latest_checkpoint_hash: z.string(),
  error: z.string().optional(),
});
export type LedgerVerification = z.infer<typeof ledgerVerification>;

/** `POST /ledger/redactions`: destroys what a settled request said. The reason stays in the ledger. */
export const redactionRequest = z.strictObject({ request_id: id, reason: z.string().trim().min(1).max(500) });
export type RedactionRequest = z.infer<typeof redactionRequest>;
export const redaction = z.object({ request_id: z.string(), redacted_at: z.string(), redacted_by: z.string() });
export type Redaction = z.infer<typeof redaction>;
