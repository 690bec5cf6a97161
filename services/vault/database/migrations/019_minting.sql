alter table clearance_requests
  -- Of what governed the call when it was judged: versions, terms and mapping. Null: nobody knows, so nothing is minted from it unjudged.
  add column governing_hash text,
  -- Approved by a rule that counts, so each call must be asked for.
  add column is_counted boolean not null default false;
update clearance_requests set is_counted = true where request_id in (select request_id from rule_uses);

-- When the ledger last took down that a principal was refused a mint: one a minute, however often they try.
create table mint_refusals (
  principal text primary key,
  refused_at timestamptz not null
);

-- As it is when the statement runs, and not when its transaction began: what came into force while it waited for a lock counts.
create or replace view policies_in_force as
select * from (
  select distinct on (policy_id) * from policy_versions where effective_from <= statement_timestamp()
  order by policy_id, effective_from desc, version desc
) latest
where effective_until is null or effective_until > statement_timestamp();
