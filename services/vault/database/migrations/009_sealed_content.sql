-- What an event says lies encrypted (see ledger/content.ts): its plain columns hold what a redacted entry shows, so that a Vault of the
-- version before reads these rows as redacted ones. Rows from before are sealed by the background loop. Without its key the content
-- of an event is gone for good, and its leaf, receipt and place in the tree stay.
alter table ledger_events
  add column sealed_content bytea,
  add column content_key bytea,
  add column content_key_id text;
create index ledger_events_unsealed on ledger_events (seq) where sealed_content is null;
create index ledger_events_content_key on ledger_events (content_key_id, seq) where content_key_id is not null;
