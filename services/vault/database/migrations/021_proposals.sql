-- What a key wrote that governs, beside policies: it counts for nothing until a member confirms it. One for each key and document; what the key
-- writes next takes its place under another id, so that nobody confirms what they did not read.
create table proposals (
  proposal_id uuid primary key,
  kind text not null check (kind in ('mapping', 'terms', 'review_settings', 'notification_settings', 'tenant_settings')),
  -- The tool, for a mapping.
  subject text not null,
  value json not null,
  proposed_at timestamptz not null default now(),
  proposed_by text not null,
  proposed_by_id text not null,
  unique (kind, subject, proposed_by_id)
);
