-- Who wrote a version and who put it in force, as `key:<family>` or `member:<user id>`: labels are for people, and two may have the same.
alter table policy_versions add column created_by_id text, add column activated_by_id text;
alter table policy_uploads add column created_by_id text;
alter table confluence_sources add column created_by_id text;
create index policy_versions_drafts_of on policy_versions (created_by_id) where effective_from is null;
