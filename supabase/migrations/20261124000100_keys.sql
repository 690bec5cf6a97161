-- Keys are rotated, not replaced: the successor belongs to the same family, so that what the old key asked for is the new key's too, and
-- both work until the overlap is over.
alter table public.api_keys add column family_id uuid;
update public.api_keys set family_id = id;
alter table public.api_keys alter column family_id set not null;
alter table public.api_keys add column replaced_by uuid references public.api_keys (id) on delete set null;
create index api_keys_family on public.api_keys (family_id);

-- A key that is made by itself begins a family.
create function private.begin_key_family() returns trigger language plpgsql set search_path = ''
as $$
begin
  new.family_id := coalesce(new.family_id, new.id);
  return new;
end
$$;
create trigger begin_key_family before insert on public.api_keys for each row execute function private.begin_key_family();

-- Which runtimes use a key, by what they call themselves. Written by Vault.
create table public.api_key_uses (
  key_id uuid not null references public.api_keys (id) on delete cascade,
  client_id uuid not null references public.clients (id) on delete cascade,
  runtime text not null,
  last_from text not null,
  first_used_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  primary key (key_id, runtime)
);
create index api_key_uses_client on public.api_key_uses (client_id);

-- Keys that were presented and refused, counted, so that a wrong environment or an old key is found without reading logs.
create table public.api_key_refusals (
  key_id uuid not null references public.api_keys (id) on delete cascade,
  client_id uuid not null references public.clients (id) on delete cascade,
  reason text not null check (reason in ('wrong_environment', 'revoked', 'expired')),
  -- The environment of the Vault that was called.
  called_environment text not null,
  -- Not "count": the Data API takes that for an aggregate.
  calls bigint not null default 0,
  last_runtime text not null,
  last_from text not null,
  first_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  dismissed_at timestamptz,
  primary key (key_id, reason, called_environment)
);
create index api_key_refusals_client on public.api_key_refusals (client_id);

alter table public.api_key_uses enable row level security;
alter table public.api_key_refusals enable row level security;
create policy "members read the uses of keys" on public.api_key_uses for select to authenticated
  using (private.role_in(client_id) is not null);
create policy "members read the refusals of keys" on public.api_key_refusals for select to authenticated
  using (private.role_in(client_id) is not null);
revoke all on public.api_key_uses, public.api_key_refusals from anon, authenticated;
grant select on public.api_key_uses, public.api_key_refusals to authenticated;
grant select (family_id, replaced_by) on public.api_keys to authenticated;

-- Makes the successor of a key, with its name, environment and scopes. The old one works on for the overlap.
create function public.rotate_api_key(key_id uuid, new_prefix text, hash text, overlap interval, expires timestamptz default null)
returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  old_key public.api_keys;
  new_id uuid;
begin
  select * into old_key from public.api_keys where id = key_id for update;
  if not found or private.role_in(old_key.client_id) is null then
    raise exception 'There is no such key.' using errcode = 'PT404';
  end if;
  if private.role_in(old_key.client_id) not in ('owner', 'admin') then
    raise exception 'Only an owner or an admin rotates keys.' using errcode = '42501';
  end if;
  if old_key.revoked_at is not null or old_key.expires_at <= now() then
    raise exception 'The key has ended. Create a new one.' using errcode = 'PT409';
  end if;
  if old_key.replaced_by is not null then
    raise exception 'The key was rotated already. Rotate its successor.' using errcode = 'PT409';
  end if;
  if overlap < interval '0' or overlap > interval '30 days' then
    raise exception 'The overlap lasts from nothing to 30 days.' using errcode = 'PT409';
  end if;
  insert into public.api_keys (client_id, name, environment, scopes, prefix, key_hash, expires_at, created_by, family_id)
  values (old_key.client_id, old_key.name, old_key.environment, old_key.scopes, new_prefix, hash, expires, auth.uid(), old_key.family_id)
  returning id into new_id;
  update public.api_keys
  set replaced_by = new_id, expires_at = least(coalesce(expires_at, 'infinity'), now() + overlap) where id = key_id;
  perform private.audit(old_key.client_id, 'key.rotated', new_id::text, jsonb_build_object('name', old_key.name, 'environment',
    old_key.environment, 'prefix', new_prefix, 'replaces', old_key.prefix, 'overlap', overlap::text));
  return new_id;
end
$$;

-- Takes a refusal off the page, where it is mended. It comes back with the next one.
create function public.dismiss_key_refusal(refused_key uuid, refusal_reason text, environment text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  client uuid := (select client_id from public.api_keys where id = refused_key);
begin
  if client is null or private.role_in(client) is null then
    raise exception 'There is no such key.' using errcode = 'PT404';
  end if;
  if private.role_in(client) not in ('owner', 'admin') then
    raise exception 'Only an owner or an admin manages keys.' using errcode = '42501';
  end if;
  update public.api_key_refusals set dismissed_at = now(), calls = 0
  where key_id = refused_key and reason = refusal_reason and called_environment = environment;
end
$$;

revoke all on function public.rotate_api_key(uuid, text, text, interval, timestamptz) from public, anon;
revoke all on function public.dismiss_key_refusal(uuid, text, text) from public, anon;
grant execute on function public.rotate_api_key(uuid, text, text, interval, timestamptz) to authenticated;
grant execute on function public.dismiss_key_refusal(uuid, text, text) to authenticated;

-- Vault passes a tenant's audit events on by their id, so for one tenant they must become visible in the order of their ids: the lock is
-- held from before the id is taken until the transaction ends.
create or replace function private.audit(client uuid, action text, target text, detail jsonb) returns void
language sql security definer set search_path = ''
as $$
  select pg_advisory_xact_lock(hashtext('audit'), hashtext(client::text));
  insert into public.audit_events (client_id, actor_id, actor_email, action, target, detail)
  values (client, auth.uid(), private.caller_email(), action, target, detail)
$$;
