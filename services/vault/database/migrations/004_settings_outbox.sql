create table settings (
  name text primary key,
  value json not null,
  updated_at timestamptz not null default now(),
  updated_by text not null
);

-- What others must be told, written in the transaction of what happened. The review stream reads it from here; deliveries to Slack,
-- e-mail and webhooks will.
create table outbox (
  id bigint generated always as identity primary key,
  type text not null,
  request_id uuid,
  payload json not null,
  created_at timestamptz not null default now()
);
