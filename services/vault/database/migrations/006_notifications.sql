-- What happened before there were deliveries is not told after the fact.
alter table outbox add column planned_at timestamptz;
update outbox set planned_at = now();
create index outbox_unplanned on outbox (id) where planned_at is null;

-- One message to one receiver. Which of them follow from an event is decided once, when the event is planned.
create table deliveries (
  delivery_id uuid primary key,
  -- The order in which messages about one case reach one receiver.
  position bigint generated always as identity unique,
  outbox_id bigint references outbox (id),
  event_type text not null,
  request_id uuid,
  channel text not null check (channel in ('slack', 'email', 'webhook')),
  -- notify: by a route, or to a person; reminder: by a route that is taken later, where the case still waits.
  kind text not null check (kind in ('notify', 'reminder', 'test')),
  target text not null,
  target_label text not null,
  route_id text,
  route_name text,
  cadence text not null default 'at_once' check (cadence in ('at_once', 'hourly', 'daily')),
  -- Mail that one may unsubscribe from.
  is_essential boolean not null default false,
  status text not null default 'waiting' check (status in ('waiting', 'delivered', 'failed', 'skipped')),
  attempts integer not null default 0,
  -- Due from then on; while somebody sends it, when another may try.
  not_before timestamptz not null,
  give_up_at timestamptz not null,
  last_error text,
  created_at timestamptz not null default clock_timestamp(),
  settled_at timestamptz
);
create unique index deliveries_once on deliveries (outbox_id, channel, target, kind);
create index deliveries_due on deliveries (not_before) where status = 'waiting';
create index deliveries_case on deliveries (channel, target, request_id, position) where status = 'waiting';
create index deliveries_settled on deliveries (settled_at) where status <> 'waiting';
create index deliveries_outbox on deliveries (outbox_id);
create index outbox_planned on outbox (planned_at);

create table delivery_attempts (
  delivery_id uuid not null references deliveries (delivery_id) on delete cascade,
  attempt integer not null,
  at timestamptz not null default clock_timestamp(),
  outcome text not null,
  detail text not null,
  primary key (delivery_id, attempt)
);

-- Where a case stands in Slack, and which state of it is shown there. A message that shows another state than its case has is due.
create table slack_messages (
  request_id uuid not null references clearance_requests (request_id),
  channel_id text not null,
  message_ts text not null,
  shown_version text not null,
  attempts integer not null default 0,
  not_before timestamptz not null default now(),
  primary key (request_id, channel_id)
);
create index slack_messages_open on slack_messages (not_before) where shown_version not like '%:final';

-- The state of a case as far as its message shows it.
create function case_version(r clearance_requests) returns text language sql stable as $$
  select r.status || ':' || (select count(*) from review_votes v where v.request_id = r.request_id) || ':' || coalesce(r.assignee, '')
    || ':' || (r.escalated_at is not null) || case when r.status = 'pending_review' then '' else ':final' end
$$;

-- Which member a Slack user is, as Slack's own sign-in has shown.
create table slack_identities (
  user_id uuid primary key,
  slack_user_id text not null unique,
  slack_name text not null,
  linked_at timestamptz not null default now()
);

-- Signatures of interactions that were taken already: the same one again is a replay.
create table slack_interactions (
  signature text primary key,
  seen_at timestamptz not null default now()
);

-- Addresses that mail went to, with the token of their unsubscribe link.
create table mail_recipients (
  email text primary key,
  unsubscribe_token text not null unique,
  unsubscribed_at timestamptz,
  bounced_at timestamptz,
  bounce_reason text
);

create table webhooks (
  webhook_id uuid primary key,
  url text not null,
  events text[] not null,
  is_enabled boolean not null default true,
  previous_secret_until timestamptz,
  created_at timestamptz not null default now(),
  created_by text not null
);

-- Which keys were warned about, at how many days before their end.
create table key_warnings (
  key_id uuid not null,
  days integer not null,
  primary key (key_id, days)
);

-- Which refusals of keys were told: each again after a day.
create table key_refusal_notices (
  key_id uuid not null,
  reason text not null,
  called_environment text not null,
  told_at timestamptz not null default now(),
  primary key (key_id, reason, called_environment)
);
