-- What a case carries from its pause on: the rule as it stood then, so that a later change of the rules cannot loosen it.
alter table clearance_requests
  -- Major units, as read from the arguments; null where they carry none.
  add column amount double precision,
  add column currency text,
  add column pause_reason text,
  add column pause_reason_code text,
  add column review_rule json,
  -- A member's address.
  add column assignee text,
  add column due_at timestamptz,
  add column escalated_at timestamptz;

update clearance_requests r
set pause_reason = e.reason, pause_reason_code = e.evidence_chunks -> 0 ->> 'reason_code'
from ledger_events e where e.request_id = r.request_id and e.event_type = 'clearance.paused';

create index clearance_requests_due on clearance_requests (due_at) where status = 'pending_review' and due_at is not null;
create index clearance_requests_search on clearance_requests
  using gin (to_tsvector('simple', tool_name || ' ' || agent_id || ' ' || principal_label || ' ' || tool_args::text)) where paused_at is not null;

-- Approvals of one person where a rule asks for two.
create table review_votes (
  request_id uuid not null references clearance_requests (request_id),
  voter text not null,
  voter_label text not null,
  channel text not null,
  review_reason text,
  voted_at timestamptz not null default clock_timestamp(),
  primary key (request_id, voter)
);

create table review_comments (
  comment_id uuid primary key default gen_random_uuid(),
  request_id uuid not null references clearance_requests (request_id),
  author text not null,
  author_label text not null,
  text text not null,
  -- Members' addresses.
  mentions text[] not null default '{}',
  created_at timestamptz not null default clock_timestamp()
);
create index review_comments_request on review_comments (request_id, created_at);

create table review_views (
  view_id uuid primary key default gen_random_uuid(),
  owner text not null,
  owner_label text not null,
  name text not null,
  query text not null,
  is_shared boolean not null,
  created_at timestamptz not null default now()
);

-- Who is away, and who decides for them meanwhile. By the member's address.
create table absences (
  member text primary key,
  delegate text,
  away_from timestamptz not null,
  away_until timestamptz not null check (away_until > away_from)
);

-- What a reviewer typed into the search, as words that must all occur; the last one may be the beginning of a word.
create function review_search(typed text) returns tsquery language sql immutable as $$
  select case when words like '%''' then (words || ':*')::tsquery else words::tsquery end
  from (select websearch_to_tsquery('simple', typed)::text as words) as parsed
$$;
