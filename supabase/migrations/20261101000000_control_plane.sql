-- Who belongs to which tenant, and which keys exist. No policy text, no tool arguments, no secret: those live with the tenant.

create table public.clients (
  id uuid primary key default gen_random_uuid(),
  name text not null check (char_length(name) between 1 and 80),
  -- The name of the tenant's secret, never a part of it.
  tenant_secret_ref text not null unique,
  status text not null default 'provisioning' check (status in ('provisioning', 'active', 'suspended')),
  created_at timestamptz not null default now(),
  created_by uuid references auth.users (id) on delete set null
);

create table public.memberships (
  client_id uuid not null references public.clients (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  email text not null,
  role text not null check (role in ('owner', 'admin', 'reviewer', 'compliance')),
  created_at timestamptz not null default now(),
  primary key (client_id, user_id)
);
create index memberships_user on public.memberships (user_id);

create table public.invitations (
  id uuid primary key default gen_random_uuid(),
  client_id uuid not null references public.clients (id) on delete cascade,
  email text not null,
  role text not null check (role in ('owner', 'admin', 'reviewer', 'compliance')),
  token_hash text not null unique,
  invited_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz
);
create index invitations_client on public.invitations (client_id);

create table public.api_keys (
  id uuid primary key default gen_random_uuid(),
  client_id uuid not null references public.clients (id) on delete cascade,
  name text not null check (char_length(name) between 1 and 80),
  environment text not null check (environment in ('development', 'staging', 'production')),
  scopes text[] not null check (cardinality(scopes) > 0),
  -- The first characters, for people to recognise a key by.
  prefix text not null,
  -- Lower-case hex SHA-256 of the whole key. Members cannot read this column.
  key_hash text not null unique check (key_hash ~ '^[0-9a-f]{64}$'),
  created_at timestamptz not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  last_used_from text,
  last_used_runtime text
);
create index api_keys_client on public.api_keys (client_id, created_at desc);

create table public.audit_events (
  id bigint generated always as identity primary key,
  client_id uuid not null references public.clients (id) on delete cascade,
  actor_id uuid,
  actor_email text,
  action text not null,
  target text not null,
  detail jsonb not null default '{}',
  created_at timestamptz not null default now()
);
create index audit_events_client on public.audit_events (client_id, id desc);
