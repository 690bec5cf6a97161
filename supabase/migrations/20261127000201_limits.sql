revoke all on function private.end_suspension() from public;

-- What one person may make here, and how often an address is written to. And: a function that is given an id which is unknown, or another
-- tenant's, answers 404, whichever function it is.

create table private.limits (
  name text primary key check (name in ('tenants_per_person', 'invitations_per_address_and_hour', 'invitations_per_tenant_and_hour')),
  value integer not null check (value between case name when 'tenants_per_person' then 0 else 1 end and 100000)
);
insert into private.limits (name, value)
values ('tenants_per_person', 5), ('invitations_per_address_and_hour', 1), ('invitations_per_tenant_and_hour', 20);

-- Outlives the invitation: to withdraw one does not make room for another.
create table private.invitation_log (
  invitation_id uuid primary key,
  client_id uuid not null references public.clients (id) on delete cascade,
  mailbox text not null,
  made_at timestamptz not null default clock_timestamp(),
  -- Written by Vault, before it mails.
  mailed_at timestamptz
);
create index invitation_log_client on private.invitation_log (client_id, made_at);
create index invitation_log_mailbox on private.invitation_log (mailbox, mailed_at);
revoke all on private.limits, private.invitation_log from public, anon, authenticated;

create function private.limit_of(wanted text) returns integer
language sql stable security definer set search_path = ''
as $$
  select value from private.limits where name = wanted
$$;
revoke all on function private.limit_of(text) from public;

-- A name that people read: on one line, and in the order in which it is written.
create function private.read_name(given text, what text) returns text
language plpgsql immutable set search_path = ''
as $$
declare
  trimmed text := btrim(given);
begin
  if trimmed is null or char_length(trimmed) not between 1 and 80
    or trimmed ~ '[\u0001-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]' then
    raise exception 'The name of a % has 1 to 80 characters, none of them a line break or another control character.', what
      using errcode = 'PT422';
  end if;
  return trimmed;
end
$$;
revoke all on function private.read_name(text, text) from public;

-- One address, in the spelling by which accounts are compared. The console takes the same.
create function private.read_address(given text) returns text
language plpgsql immutable set search_path = ''
as $$
declare
  trimmed text := btrim(given);
begin
  if trimmed is null or char_length(trimmed) > 254
    or trimmed !~ '^[A-Za-z0-9_''+-]+(\.[A-Za-z0-9_''+-]+)*@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}$' then
    raise exception 'Enter one e-mail address, such as you@example.com.' using errcode = 'PT422';
  end if;
  return lower(trimmed);
end
$$;
revoke all on function private.read_address(text) from public;

-- Where mail of an address arrives: most servers take what follows a + for the reader's own, and Gmail takes no notice of dots.
create function private.mailbox_of(address text) returns text
language sql immutable set search_path = ''
as $$
  select case when domain in ('gmail.com', 'googlemail.com') then replace(name, '.', '') || '@gmail.com' else name || '@' || domain end
  from (select split_part(split_part(lower(address), '@', 1), '+', 1) as name, split_part(lower(address), '@', 2) as domain) as parts
$$;
revoke all on function private.mailbox_of(text) from public;

create or replace function public.create_tenant(tenant_name text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  new_id uuid := gen_random_uuid();
  own_email text := private.caller_email();
  most integer := private.limit_of('tenants_per_person');
begin
  if own_email is null then
    raise exception 'Sign in to create a tenant.' using errcode = '42501';
  end if;
  -- Of several at once each sees those before it.
  perform pg_advisory_xact_lock(hashtext('tenants'), hashtext(auth.uid()::text));
  if (select count(*) from public.clients where created_by = auth.uid()) >= most then
    if most = 0 then
      raise exception 'Tenants are made by your operator here. Ask them for one.' using errcode = 'PT409';
    end if;
    raise exception 'You have made % here, the most that one person may. Ask your operator for another one.',
      case most when 1 then '1 tenant' else most || ' tenants' end using errcode = 'PT409';
  end if;
  insert into public.clients (id, name, created_by) values (new_id, private.read_name(tenant_name, 'tenant'), auth.uid());
  insert into public.memberships (client_id, user_id, email, role) values (new_id, auth.uid(), own_email, 'owner');
  perform private.audit(new_id, 'tenant.created', new_id::text, jsonb_build_object('name', btrim(tenant_name)));
  return new_id;
end
$$;

create or replace function public.rename_tenant(client uuid, tenant_name text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  new_name text := private.read_name(tenant_name, 'tenant');
  old_name text;
begin
  perform private.assert_owner(client);
  select name into old_name from public.clients where id = client for update;
  update public.clients set name = new_name where id = client;
  perform private.audit(client, 'tenant.renamed', client::text, jsonb_build_object('before', old_name, 'after', new_name));
end
$$;

create function private.assert_manages_keys(client uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if private.role_in(client) is null then
    raise exception 'There is no such tenant.' using errcode = 'PT404';
  end if;
  if private.role_in(client) not in ('owner', 'admin') then
    raise exception 'Only an owner or an admin manages keys.' using errcode = '42501';
  end if;
end
$$;
revoke all on function private.assert_manages_keys(uuid) from public;

-- Takes the hash: the key itself never reaches the database.
create or replace function public.create_api_key(
  client uuid, key_name text, key_environment text, key_scopes text[], key_prefix text, hash text, expires timestamptz default null
) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  new_id uuid;
  new_name text;
begin
  perform private.assert_manages_keys(client);
  new_name := private.read_name(key_name, 'key');
  perform private.assert_prefix(key_prefix, key_environment);
  insert into public.api_keys (client_id, name, environment, scopes, prefix, expires_at, created_by)
  values (client, new_name, key_environment, key_scopes, key_prefix, expires, auth.uid())
  returning id into new_id;
  insert into private.api_key_hashes (key_id, hash) values (new_id, hash);
  perform private.audit(client, 'key.created', new_id::text,
    jsonb_build_object('name', new_name, 'environment', key_environment, 'scopes', key_scopes, 'prefix', key_prefix));
  return new_id;
end
$$;

create or replace function public.revoke_api_key(key_id uuid) returns timestamptz
language plpgsql security definer set search_path = ''
as $$
declare
  found_key public.api_keys;
begin
  select * into found_key from public.api_keys where id = key_id for update;
  if not found or private.role_in(found_key.client_id) is null then
    raise exception 'There is no such key.' using errcode = 'PT404';
  end if;
  perform private.assert_manages_keys(found_key.client_id);
  if found_key.revoked_at is null then
    update public.api_keys set revoked_at = now() where id = key_id returning revoked_at into found_key.revoked_at;
    perform private.audit(found_key.client_id, 'key.revoked', key_id::text,
      jsonb_build_object('name', found_key.name, 'prefix', found_key.prefix));
  end if;
  return found_key.revoked_at;
end
$$;

create or replace function public.dismiss_key_refusal(refused_key uuid, refusal_reason text, environment text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  client uuid := (select client_id from public.api_keys where id = refused_key);
begin
  if client is null or private.role_in(client) is null then
    raise exception 'There is no such key.' using errcode = 'PT404';
  end if;
  perform private.assert_manages_keys(client);
  update public.api_key_refusals set dismissed_at = now(), calls = 0
  where key_id = refused_key and reason = refusal_reason and called_environment = environment;
  if not found then
    raise exception 'The key was not refused for that reason.' using errcode = 'PT404';
  end if;
end
$$;

-- Refuses in words, with the minute from which on it is possible.
create function private.admit_invitation(client uuid, address text, invitation uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  box text := private.mailbox_of(address);
  per_address integer := private.limit_of('invitations_per_address_and_hour');
  per_tenant integer := private.limit_of('invitations_per_tenant_and_hour');
  an_hour_ago timestamptz;
  full_since timestamptz;
begin
  -- Of several at once each sees those before it.
  perform pg_advisory_xact_lock(hashtext('invitations'), hashtext(client::text));
  an_hour_ago := clock_timestamp() - interval '1 hour';
  delete from private.invitation_log where client_id = client and made_at < an_hour_ago - interval '1 day';
  select made_at into full_since from private.invitation_log
  where client_id = client and mailbox = box and made_at > an_hour_ago order by made_at desc offset per_address - 1 limit 1;
  if found then
    raise exception '% was invited within the last hour. It can be invited again at % UTC.', address,
      to_char((full_since + interval '1 hour 59 seconds') at time zone 'UTC', 'HH24:MI') using errcode = 'PT429';
  end if;
  select made_at into full_since from private.invitation_log
  where client_id = client and made_at > an_hour_ago order by made_at desc offset per_tenant - 1 limit 1;
  if found then
    raise exception 'This tenant has sent % within the last hour, the most that it may. The next one can be sent at % UTC.',
      case per_tenant when 1 then '1 invitation' else per_tenant || ' invitations' end,
      to_char((full_since + interval '1 hour 59 seconds') at time zone 'UTC', 'HH24:MI') using errcode = 'PT429';
  end if;
  insert into private.invitation_log (invitation_id, client_id, mailbox) values (invitation, client, box);
end
$$;
revoke all on function private.admit_invitation(uuid, text, uuid) from public;

-- A second invitation of an address replaces its first.
create or replace function public.invite_member(client uuid, invitee text, invited_role text, token text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  address text;
  new_id uuid := gen_random_uuid();
begin
  perform private.assert_manages(client, invited_role);
  address := private.read_address(invitee);
  -- Checked here and not by constraints, whose errors repeat what they refuse: the token is nobody's to read.
  if token is null or token !~ '^[A-Za-z0-9_-]{43,128}$' then
    raise exception 'The token of an invitation is 43 characters of base64url, from 32 random bytes.' using errcode = 'PT422';
  end if;
  if invited_role is null or invited_role not in ('owner', 'admin', 'reviewer', 'compliance') then
    raise exception 'The role is owner, admin, reviewer or compliance.' using errcode = 'PT422';
  end if;
  if exists (select from public.memberships where client_id = client and lower(email) = address) then
    raise exception '% is a member already.', address using errcode = '23505';
  end if;
  perform private.admit_invitation(client, address, new_id);
  delete from public.invitations where client_id = client and email = address and accepted_at is null;
  insert into public.invitations (id, client_id, email, role, invited_by, expires_at)
  values (new_id, client, address, invited_role, auth.uid(), now() + interval '7 days');
  insert into private.invitation_hashes (invitation_id, hash) values (new_id, private.hash_of(token))
  on conflict (hash) do nothing;
  if not found then
    raise exception 'The token was used for another invitation. Make a new one.' using errcode = 'PT409';
  end if;
  perform private.audit(client, 'member.invited', address, jsonb_build_object('role', invited_role));
  return new_id;
end
$$;
