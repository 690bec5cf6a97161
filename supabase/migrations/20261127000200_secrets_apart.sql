-- What nobody may read is in no row of `public`: hashes, and the names of tenants' secrets. Grants on columns kept it apart, and a Data API may
-- undo those: Supabase Lite grants all of each table that has row level security. The schema `private` is offered by no API.

create table private.api_key_hashes (
  key_id uuid primary key references public.api_keys (id) on delete cascade,
  -- Lower-case hex SHA-256 of the whole key. The key itself never reaches the database.
  hash text not null unique check (hash ~ '^[0-9a-f]{64}$')
);
create table private.invitation_hashes (
  invitation_id uuid primary key references public.invitations (id) on delete cascade,
  -- Lower-case hex SHA-256 of the token, which is in the e-mail alone.
  hash text not null unique check (hash ~ '^[0-9a-f]{64}$')
);
create table private.tenant_secrets (
  client_id uuid primary key references public.clients (id) on delete cascade,
  -- The name of the tenant's secret, never a part of it.
  name text not null unique
);
revoke all on private.api_key_hashes, private.invitation_hashes, private.tenant_secrets from public, anon, authenticated;

insert into private.api_key_hashes (key_id, hash) select id, key_hash from public.api_keys;
insert into private.tenant_secrets (client_id, name) select id, tenant_secret_ref from public.clients;
-- An open invitation goes on. One whose hash is none was written past the console, and nobody can accept it.
insert into private.invitation_hashes (invitation_id, hash) select id, token_hash from public.invitations where token_hash ~ '^[0-9a-f]{64}$';

alter table public.api_keys drop column key_hash;
alter table public.invitations drop column token_hash;
alter table public.clients drop column tenant_secret_ref;

-- Each tenant has a secret, whoever makes the tenant.
create function private.name_tenant_secret() returns trigger language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.tenant_secrets (client_id, name) values (new.id, 'tenants/' || new.id);
  return new;
end
$$;
create trigger name_tenant_secret after insert on public.clients for each row execute function private.name_tenant_secret();
revoke all on function private.name_tenant_secret() from public;
revoke all on function private.begin_key_family() from public;

-- From now on whole tables are granted, and row level security says which rows. What a Data API granted before is taken back.
revoke all on public.clients, public.memberships, public.invitations, public.api_keys, public.api_key_uses, public.api_key_refusals,
  public.audit_events from anon, authenticated;
revoke all on sequence public.audit_events_id_seq from anon, authenticated;
grant select on public.clients, public.memberships, public.invitations, public.api_keys, public.api_key_uses, public.api_key_refusals,
  public.audit_events to authenticated;

create or replace function public.create_tenant(tenant_name text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  new_id uuid := gen_random_uuid();
begin
  if auth.uid() is null then
    raise exception 'Sign in to create a tenant.' using errcode = '42501';
  end if;
  insert into public.clients (id, name, created_by) values (new_id, btrim(tenant_name), auth.uid());
  insert into public.memberships (client_id, user_id, email, role)
  values (new_id, auth.uid(), private.caller_email(), 'owner');
  perform private.audit(new_id, 'tenant.created', new_id::text, jsonb_build_object('name', btrim(tenant_name)));
  return new_id;
end
$$;

-- People recognise a key by its prefix, so it is no free text.
create function private.assert_prefix(prefix text, environment text) returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if prefix is null or environment is null or prefix !~ '^[0-9A-Za-z_]{1,40}$' or not starts_with(prefix, 'sk_' || environment || '_') then
    raise exception 'The prefix is the beginning of a key of that environment.' using errcode = 'PT422';
  end if;
end
$$;
revoke all on function private.assert_prefix(text, text) from public;

create or replace function public.create_api_key(
  client uuid, key_name text, key_environment text, key_scopes text[], key_prefix text, hash text, expires timestamptz default null
) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  new_id uuid;
begin
  if private.role_in(client) is null or private.role_in(client) not in ('owner', 'admin') then
    raise exception 'Only an owner or an admin creates keys.' using errcode = '42501';
  end if;
  insert into public.api_keys (client_id, name, environment, scopes, prefix, expires_at, created_by)
  values (client, btrim(key_name), key_environment, key_scopes, key_prefix, expires, auth.uid())
  returning id into new_id;
  insert into private.api_key_hashes (key_id, hash) values (new_id, hash);
  perform private.audit(client, 'key.created', new_id::text,
    jsonb_build_object('name', btrim(key_name), 'environment', key_environment, 'scopes', key_scopes, 'prefix', key_prefix));
  return new_id;
end
$$;

create or replace function public.rotate_api_key(key_id uuid, new_prefix text, hash text, overlap interval, expires timestamptz default null)
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
  perform private.assert_prefix(new_prefix, old_key.environment);
  if overlap < interval '0' or overlap > interval '30 days' then
    raise exception 'The overlap lasts from nothing to 30 days.' using errcode = 'PT409';
  end if;
  insert into public.api_keys (client_id, name, environment, scopes, prefix, expires_at, created_by, family_id)
  values (old_key.client_id, old_key.name, old_key.environment, old_key.scopes, new_prefix, expires, auth.uid(), old_key.family_id)
  returning id into new_id;
  insert into private.api_key_hashes (key_id, hash) values (new_id, hash);
  update public.api_keys
  set replaced_by = new_id, expires_at = least(coalesce(expires_at, 'infinity'), now() + overlap) where id = rotate_api_key.key_id;
  perform private.audit(old_key.client_id, 'key.rotated', new_id::text, jsonb_build_object('name', old_key.name, 'environment',
    old_key.environment, 'prefix', new_prefix, 'replaces', old_key.prefix, 'overlap', overlap::text));
  return new_id;
end
$$;

-- Whoever knows a hash can do nothing with it: the functions of invitations take the token, and hash it here.

create function private.hash_of(token text) returns text
language sql immutable set search_path = ''
as $$
  select encode(sha256(convert_to(token, 'UTF8')), 'hex')
$$;
revoke all on function private.hash_of(text) from public;

drop function public.invite_member(uuid, text, text, text);
drop function public.describe_invitation(text);
drop function public.accept_invitation(text);

-- A second invitation of an address replaces its first.
create function public.invite_member(client uuid, invitee text, invited_role text, token text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  address text := lower(btrim(invitee));
  new_id uuid;
begin
  perform private.assert_manages(client, invited_role);
  if exists (select from public.memberships where client_id = client and lower(email) = address) then
    raise exception '% is a member already.', address using errcode = '23505';
  end if;
  if token is null or token !~ '^[A-Za-z0-9_-]{43,128}$' then
    raise exception 'The token of an invitation is 43 characters of base64url, from 32 random bytes.' using errcode = 'PT422';
  end if;
  delete from public.invitations where client_id = client and email = address and accepted_at is null;
  insert into public.invitations (client_id, email, role, invited_by, expires_at)
  values (client, address, invited_role, auth.uid(), now() + interval '7 days')
  returning id into new_id;
  insert into private.invitation_hashes (invitation_id, hash) values (new_id, private.hash_of(token));
  perform private.audit(client, 'member.invited', address, jsonb_build_object('role', invited_role));
  return new_id;
end
$$;

-- What the holder of the e-mail's token may know before they sign in; null where it is unknown, used or expired.
create function public.describe_invitation(token text) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object('tenant', c.name, 'email', i.email, 'role', i.role)
  from private.invitation_hashes h join public.invitations i on i.id = h.invitation_id join public.clients c on c.id = i.client_id
  where h.hash = private.hash_of(token) and i.accepted_at is null and i.expires_at > now()
$$;

-- The caller becomes a member. The invitation is for its address alone.
create function public.accept_invitation(token text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  found_invitation public.invitations;
begin
  select i.* into found_invitation from private.invitation_hashes h join public.invitations i on i.id = h.invitation_id
  where h.hash = private.hash_of(token) and i.accepted_at is null and i.expires_at > now() for update of i;
  if not found then
    raise exception 'This invitation was used, withdrawn or has expired. Ask for a new one.' using errcode = 'PT404';
  end if;
  if lower(private.caller_email()) is distinct from found_invitation.email then
    raise exception 'This invitation is for %. Sign in with that address.', found_invitation.email using errcode = '42501';
  end if;
  insert into public.memberships (client_id, user_id, email, role)
  values (found_invitation.client_id, auth.uid(), found_invitation.email, found_invitation.role)
  on conflict do nothing;
  update public.invitations set accepted_at = now() where id = found_invitation.id;
  perform private.audit(found_invitation.client_id, 'member.joined', found_invitation.email,
    jsonb_build_object('role', found_invitation.role));
  return found_invitation.client_id;
end
$$;

revoke all on function public.invite_member(uuid, text, text, text) from public, anon;
revoke all on function public.describe_invitation(text) from public;
revoke all on function public.accept_invitation(text) from public, anon;
grant execute on function public.invite_member(uuid, text, text, text) to authenticated;
grant execute on function public.describe_invitation(text) to anon, authenticated;
grant execute on function public.accept_invitation(text) to authenticated;
