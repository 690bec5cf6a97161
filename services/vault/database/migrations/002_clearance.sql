create table clearance_requests (
  request_id uuid primary key,
  status text not null check (status in ('processing', 'approved', 'denied', 'pending_review')),
  -- Who asked: `key:<id>`. The same principal and Idempotency-Key are the same request.
  principal text not null,
  principal_label text not null,
  idempotency_key text,
  body_hash text not null,
  tool_name text not null,
  -- json, not jsonb: reviewers see the arguments in the order in which they were sent, and U+0000 may stand in them.
  tool_args json not null,
  tool_args_hash text not null,
  intent_hash text not null,
  agent_id text not null,
  session_id text not null,
  context json not null,
  human_principal text,
  parent_jti text,
  destination_uri text,
  destination_provider text,
  destination_account_ref text,
  purpose text,
  processing_register_ref text,
  dataset_ref text,
  data_categories text[] not null default '{}',
  requested_at timestamptz not null default clock_timestamp(),
  -- The decision.
  reason text not null default '',
  reason_code text,
  confidence double precision not null default 0.01,
  minimum_confidence_score double precision not null,
  policy_id text,
  policy_version_id text,
  policy_content_hash text,
  citations json not null default '[]',
  paused_at timestamptz,
  decided_at timestamptz,
  -- The person or key behind a review, never set for a decision by policy.
  decided_by text,
  decided_by_label text,
  review_reason text,
  -- Seconds since the epoch of the token that was handed out last. Ed25519 is deterministic: with it the same token is made again,
  -- so no token is stored.
  token_issued_at bigint,
  consumed_at timestamptz
);
create unique index clearance_requests_idempotency on clearance_requests (principal, idempotency_key) where idempotency_key is not null;
create index clearance_requests_processing on clearance_requests (requested_at) where status = 'processing';
create index clearance_requests_unconsumed on clearance_requests (decided_at) where status = 'approved' and consumed_at is null;
create index clearance_requests_reviews on clearance_requests (paused_at desc, request_id desc) where paused_at is not null;
create index clearance_requests_pending on clearance_requests (paused_at desc, request_id desc) where status = 'pending_review';
create index clearance_requests_similar on clearance_requests (tool_name, decided_at desc) where decided_at is not null;

-- How many are pending, in 16 rows, so that parallel pauses seldom wait for one another and nobody counts 100,000 rows.
create table pending_counts (
  shard smallint primary key,
  pending bigint not null default 0
);
insert into pending_counts (shard) select generate_series(0, 15);

create function count_pending() returns trigger language plpgsql as $$
declare
  change integer := (new.status = 'pending_review')::integer;
begin
  if tg_op = 'UPDATE' then
    change := change - (old.status = 'pending_review')::integer;
  end if;
  if change <> 0 then
    update pending_counts set pending = pending + change where shard = (hashtext(new.request_id::text) & 15);
  end if;
  return null;
end
$$;
create trigger count_pending after insert or update of status on clearance_requests
  for each row execute function count_pending();

-- First answers of the other mutations, by who asked and with which Idempotency-Key.
create table idempotency_records (
  principal text not null,
  idempotency_key text not null,
  body_hash text not null,
  answer json,
  created_at timestamptz not null default now(),
  primary key (principal, idempotency_key)
);
create index idempotency_records_age on idempotency_records (created_at);
