-- Why an approval counts no more: who gave it may not decide the case any longer. Null while it counts.
alter table review_votes add column dropped_because text;

create or replace function case_version(r clearance_requests) returns text language sql stable as $$
  select r.status || ':' || (select count(*) from review_votes v where v.request_id = r.request_id and v.dropped_because is null) || ':'
    || coalesce(r.assignee, '') || ':' || (r.escalated_at is not null) || case when r.status = 'pending_review' then '' else ':final' end
$$;

create index clearance_requests_assigned on clearance_requests (assignee) where status = 'pending_review' and assignee is not null;

-- Since when a linked Slack user is no member any more: no message of the tenant goes to them.
alter table slack_identities add column ended_at timestamptz;
