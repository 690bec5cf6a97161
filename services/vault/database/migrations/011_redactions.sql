-- Whose content was destroyed, and when. Its events keep their hashes, receipts and places.
alter table clearance_requests
  add column redacted_at timestamptz,
  add column redacted_by text;
