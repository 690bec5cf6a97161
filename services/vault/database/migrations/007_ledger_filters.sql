-- What compliance filters by, beside the fields that are hashed. All of it stands in `evidence_chunks`, which is hashed, and is copied
-- from there; nothing is proved by these columns.
alter table ledger_events
  add column actor text,
  add column channel text,
  add column requested_by text,
  add column policy_version_id text;

update ledger_events set
  actor = evidence_chunks -> 0 ->> 'actor',
  channel = evidence_chunks -> 0 ->> 'channel',
  requested_by = evidence_chunks -> 0 ->> 'requested_by',
  policy_version_id = evidence_chunks -> 0 ->> 'policy_version_id';

create index ledger_events_accepted on ledger_events (accepted_at);
