create table ledger_events (
  seq bigint generated always as identity primary key,
  event_uuid uuid not null unique,
  request_id uuid not null references clearance_requests (request_id),
  -- What happened: clearance.approved, clearance.denied, clearance.paused, review.approved, token.consumed, …
  event_type text not null,
  agent_id text not null,
  policy_id text not null,
  intent_hash text not null,
  tool_name text not null,
  tool_args json not null,
  reason text not null,
  citations json not null,
  evidence_chunks json not null,
  confidence double precision not null,
  confidence_bucket text not null,
  decision_status text not null,
  approved boolean not null,
  -- Text: hashed as the exact string that is served.
  accepted_at text not null,
  canonical_version integer not null,
  event_hash text not null,
  leaf_hash text not null,
  -- Null while the signer is away; the background loop signs then.
  receipt_key_id text,
  receipt_payload text,
  receipt_signature text,
  leaf_index bigint unique
);
create index ledger_events_request on ledger_events (request_id, seq);
create index ledger_events_unsequenced on ledger_events (seq) where leaf_index is null;
create index ledger_events_unsigned on ledger_events (seq) where receipt_signature is null;

-- The tree as C2SP tiles: up to 256 hashes a row, see packages/ledger/tiles.ts.
create table ledger_tiles (
  level smallint not null,
  index bigint not null,
  hashes bytea not null,
  primary key (level, index)
);

-- One row: who holds its lock sequences.
create table ledger_tree (
  only_row boolean primary key default true check (only_row),
  tree_size bigint not null default 0
);
insert into ledger_tree default values;

create table ledger_checkpoints (
  checkpoint_id bigint primary key,
  tree_size bigint not null unique check (tree_size >= 1),
  root_hash text not null,
  checkpoint_hash text not null,
  prev_checkpoint_hash text not null,
  signer_key_id text not null,
  checkpoint_signature text not null,
  checkpoint_payload text not null,
  signed_at text not null,
  mmd_seconds integer not null,
  export_target text not null,
  export_status text not null,
  export_uri text not null default '',
  export_version text,
  exported_at text
);
create index ledger_checkpoints_pending on ledger_checkpoints (checkpoint_id) where export_status = 'pending';

-- Every key that signed for this tenant, so that a bundle can carry what it needs.
create table ledger_keys (
  key_id text primary key,
  public_jwk text not null,
  active_from text not null,
  retired_at text
);
