import type { Json } from "./cbor.ts";

// What Vault serves, as the verifier reads it: only what it checks, and every field of the type that it must have.

export type Entry = {
  event_uuid: string;
  request_id: string;
  agent_id: string;
  policy_id: string;
  intent_hash: string;
  tool_name: string;
  tool_args: Json;
  reason: string;
  citations: Json;
  evidence_chunks: Json;
  confidence: number;
  approved: boolean;
  accepted_at: string;
  canonical_version: number;
  event_hash: string;
  leaf_hash: string;
  /** Null until the event has its place. */
  leaf_index: number | null;
  receipt_key_id: string;
  receipt_payload: string;
  receipt_signature: string;
};

export type Checkpoint = {
  checkpoint_id: number;
  tree_size: number;
  root_hash: string;
  checkpoint_hash: string;
  prev_checkpoint_hash: string;
  signer_key_id: string;
  checkpoint_signature: string;
  checkpoint_payload: string;
  signed_at: string;
  mmd_seconds: number;
  export_target: string;
};

/** An Ed25519 key of the log: the base64url `x` of its JWK. */
export type Key = { key_id: string; x: string };

export type Bundle = {
  event: Entry;
  inclusion: {
    event_uuid: string;
    leaf_hash: string;
    leaf_index: number;
    tree_size: number;
    path: string[];
    checkpoint: Checkpoint;
  };
  consistency: { from_checkpoint: Checkpoint; to_checkpoint: Checkpoint; path: string[] } | null;
  keys: Key[];
};

type Fields = Record<string, unknown>;

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError(`${what} is not an object.`);
  return { ...value };
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== "string") throw new TypeError(`${name} is not a text.`);
  return value;
}

function number(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== "number") throw new TypeError(`${name} is not a number.`);
  return value;
}

function flag(fields: Fields, name: string): boolean {
  const value = fields[name];
  if (typeof value !== "boolean") throw new TypeError(`${name} is not true or false.`);
  return value;
}

function json(fields: Fields, name: string): Json {
  if (fields[name] === undefined) throw new TypeError(`${name} is missing.`);
  return fields[name] as Json; // it comes from JSON.parse
}

function texts(fields: Fields, name: string): string[] {
  const value = fields[name];
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string"))
    throw new TypeError(`${name} is not a list of texts.`);
  return value;
}

/** @throws {TypeError} which names the field that does not fit, as do the other readers */
export function readEntry(value: unknown): Entry {
  const fields = fieldsOf(value, "An entry");
  return {
    event_uuid: text(fields, "event_uuid"),
    request_id: text(fields, "request_id"),
    agent_id: text(fields, "agent_id"),
    policy_id: text(fields, "policy_id"),
    intent_hash: text(fields, "intent_hash"),
    tool_name: text(fields, "tool_name"),
    tool_args: json(fields, "tool_args"),
    reason: text(fields, "reason"),
    citations: json(fields, "citations"),
    evidence_chunks: json(fields, "evidence_chunks"),
    confidence: number(fields, "confidence"),
    approved: flag(fields, "approved"),
    accepted_at: text(fields, "accepted_at"),
    canonical_version: number(fields, "canonical_version"),
    event_hash: text(fields, "event_hash"),
    leaf_hash: text(fields, "leaf_hash"),
    leaf_index: fields.leaf_index === null ? null : number(fields, "leaf_index"),
    receipt_key_id: text(fields, "receipt_key_id"),
    receipt_payload: text(fields, "receipt_payload"),
    receipt_signature: text(fields, "receipt_signature"),
  };
}

export function readCheckpoint(value: unknown): Checkpoint {
  const fields = fieldsOf(value, "A checkpoint");
  return {
    checkpoint_id: number(fields, "checkpoint_id"),
    tree_size: number(fields, "tree_size"),
    root_hash: text(fields, "root_hash"),
    checkpoint_hash: text(fields, "checkpoint_hash"),
    prev_checkpoint_hash: text(fields, "prev_checkpoint_hash"),
    signer_key_id: text(fields, "signer_key_id"),
    checkpoint_signature: text(fields, "checkpoint_signature"),
    checkpoint_payload: text(fields, "checkpoint_payload"),
    signed_at: text(fields, "signed_at"),
    mmd_seconds: number(fields, "mmd_seconds"),
    export_target: text(fields, "export_target"),
  };
}

/** A key as a bundle carries it, with its JWK as base64url of JSON. */
export function readKey(value: unknown): Key {
  const fields = fieldsOf(value, "A key");
  const jwk = JSON.parse(atob(text(fields, "public_jwk").replaceAll("-", "+").replaceAll("_", "/")));
  return { key_id: text(fields, "key_id"), x: text(fieldsOf(jwk, "A JWK"), "x") };
}

/** The keys of a JWKS, such as Vault serves at `/.well-known/jwks.json`. */
export function readJwks(value: unknown): Key[] {
  const { keys } = fieldsOf(value, "A JWKS");
  if (!Array.isArray(keys)) throw new TypeError("A JWKS holds a list of keys.");
  return keys.map((key) => {
    const fields = fieldsOf(key, "A JWK");
    return { key_id: text(fields, "kid"), x: text(fields, "x") };
  });
}

export function readBundle(value: unknown): Bundle {
  const fields = fieldsOf(value, "A bundle");
  const inclusion = fieldsOf(fields.inclusion, "The inclusion proof");
  const keys = fields.keys;
  if (!Array.isArray(keys)) throw new TypeError("A bundle holds a list of keys.");
  return {
    event: readEntry(fields.event),
    inclusion: {
      event_uuid: text(inclusion, "event_uuid"),
      leaf_hash: text(inclusion, "leaf_hash"),
      leaf_index: number(inclusion, "leaf_index"),
      tree_size: number(inclusion, "tree_size"),
      path: texts(inclusion, "path"),
      checkpoint: readCheckpoint(inclusion.checkpoint),
    },
    consistency: fields.consistency === undefined ? null : readConsistency(fieldsOf(fields.consistency, "The consistency proof")),
    keys: keys.map(readKey),
  };
}

const readConsistency = (fields: Fields) => ({
  from_checkpoint: readCheckpoint(fields.from_checkpoint),
  to_checkpoint: readCheckpoint(fields.to_checkpoint),
  path: texts(fields, "path"),
});

/** What an export holds, a JSON object a line, told apart by what each has. */
export type ExportLine =
  | { kind: "entry"; entry: Entry }
  | { kind: "checkpoint"; checkpoint: Checkpoint }
  | { kind: "key"; key: Key };

/** @throws {TypeError} @throws {SyntaxError} */
export function readExportLine(line: string): ExportLine {
  const value: unknown = JSON.parse(line);
  const fields = fieldsOf(value, "A line");
  if ("event_uuid" in fields) return { kind: "entry", entry: readEntry(value) };
  if ("root_hash" in fields) return { kind: "checkpoint", checkpoint: readCheckpoint(value) };
  if ("public_jwk" in fields) return { kind: "key", key: readKey(value) };
  throw new TypeError("A line is neither an entry, nor a checkpoint, nor a key.");
}
