-- A version is a draft until it has a day from which it is in force. Its content never changes; only these two days are set later.
alter table policy_versions
  add column note text not null default '',
  -- Passages are shown for calls of these categories; empty means all. Rules hold whatever the category.
  add column categories text[] not null default '{}',
  -- Policies that an expert wrote in Cedar itself, beside the sentences.
  add column cedar text not null default '',
  -- Where each page of the document begins, in UTF-16 units of the content; empty where it has no pages.
  add column pages integer[] not null default '{}',
  -- The file that it was read from: name, SHA-256, bytes.
  add column origin json,
  add column effective_from timestamptz,
  add column effective_until timestamptz,
  add column activated_by text,
  drop constraint policy_versions_source_check,
  add constraint policy_versions_source_check check (source in ('register', 'upload', 'editor', 'confluence'));
update policy_versions set effective_from = created_at, activated_by = created_by;
alter table policies drop column current_version_id;
create index policy_versions_effective on policy_versions (policy_id, effective_from desc, version desc) where effective_from is not null;

-- The version of each policy that is in force now. One that has ended leaves none: an older one does not come back by itself.
create view policies_in_force as
select * from (
  select distinct on (policy_id) * from policy_versions where effective_from <= now()
  order by policy_id, effective_from desc, version desc
) latest
where effective_until is null or effective_until > now();

-- What the arguments of a tool mean; counts only when confirmed.
create table tool_mappings (
  tool_name text primary key,
  mapping json not null,
  confirmed_at timestamptz not null default now(),
  confirmed_by text not null
);

-- Words with a meaning, for rules: "card that was not charged" stands for "card_charged is false".
create table policy_terms (
  phrase text primary key,
  meaning text not null,
  updated_at timestamptz not null default now(),
  updated_by text not null
);

-- Calls with the verdict that a policy must give. A draft that gives another one is not put in force.
create table policy_cases (
  case_id uuid primary key,
  policy_id text not null references policies (policy_id),
  name text not null,
  call json not null,
  expected text not null check (expected in ('allow', 'review', 'deny')),
  created_at timestamptz not null default now(),
  created_by text not null
);
create index policy_cases_policy on policy_cases (policy_id, created_at);

-- Approvals by rules that count ("at most 5 an hour"), written by the judge as it decides, under a lock of the tool.
create table rule_uses (
  request_id uuid primary key,
  tool_name text not null,
  agent_id text not null,
  human_principal text,
  used_at timestamptz not null default clock_timestamp()
);
create index rule_uses_tool on rule_uses (tool_name, used_at);
create index clearance_requests_approved on clearance_requests (tool_name, decided_at) where status = 'approved';

-- Documents on their way to a version. The bytes are kept until the document was read, or refused.
create table policy_uploads (
  upload_id uuid primary key,
  policy_id text not null,
  title text not null,
  tools text[] not null,
  categories text[] not null default '{}',
  note text not null,
  is_draft boolean not null,
  source text not null default 'upload' check (source in ('upload', 'confluence')),
  file_name text not null,
  bytes bytea,
  size integer not null,
  sha256 text not null,
  state text not null check (state in ('waiting', 'reading', 'embedding', 'ready', 'refused')),
  -- Pages read, or passages embedded, of so many.
  done integer not null default 0,
  total integer not null default 0,
  reason_code text,
  reason text,
  policy_version_id uuid,
  created_at timestamptz not null default now(),
  created_by text not null,
  touched_at timestamptz not null default now()
);
create index policy_uploads_recent on policy_uploads (created_at desc);

-- A draft against past requests, in the background.
create table backtests (
  backtest_id uuid primary key,
  policy_id text not null,
  policy_version_id uuid not null,
  days integer not null,
  state text not null check (state in ('running', 'done', 'failed')),
  done integer not null default 0,
  total integer not null default 0,
  result json not null default '{"groups": []}',
  reason text,
  created_at timestamptz not null default now(),
  created_by text not null,
  touched_at timestamptz not null default now()
);
create index backtests_policy on backtests (policy_id, created_at desc);

-- What each answer of a model cost and how long it took. No content.
create table model_answers (
  answer_id uuid primary key,
  request_id uuid,
  model text not null,
  outcome text not null,
  input_tokens integer,
  output_tokens integer,
  -- US dollars, where the model's price is known.
  cost double precision,
  milliseconds integer not null,
  answered_at timestamptz not null default now()
);
create index model_answers_recent on model_answers (answered_at desc);

-- How a decision's confidence was made up, in words.
alter table clearance_requests add column confidence_basis text not null default '';

-- Spaces and page trees that policies are read from. Their tokens are in the tenant's secret.
create table confluence_sources (
  source_id uuid primary key,
  base_url text not null,
  email text not null,
  space_key text not null,
  -- The page under which to read; null reads the whole space.
  root_page_id text,
  tools text[] not null,
  created_at timestamptz not null default now(),
  created_by text not null,
  -- Taken by whoever syncs, until then; nobody else does meanwhile.
  leased_until timestamptz not null default now(),
  synced_at timestamptz,
  error text
);

-- A page as it was last seen. `version` is Confluence's own: a page is read again only when it rose.
create table confluence_pages (
  source_id uuid not null references confluence_sources (source_id) on delete cascade,
  page_id text not null,
  version integer not null,
  title text not null,
  policy_id text not null,
  seen_at timestamptz not null default now(),
  deleted_at timestamptz,
  primary key (source_id, page_id)
);
