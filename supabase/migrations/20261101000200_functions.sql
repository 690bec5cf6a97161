-- Every administrative act: it checks the caller's role, does the act and writes the audit event, in one transaction.

create function private.caller_email() returns text
language sql stable security definer set search_path = ''
as $$
  select email::text from auth.users where id = auth.uid()
$$;
revoke all on function private.caller_email() from public;

create function private.audit(client uuid, action text, target text, detail jsonb) returns void
language sql security definer set search_path = ''
as $$
  insert into public.audit_events (client_id, actor_id, actor_email, action, target, detail)
  values (client, auth.uid(), private.caller_email(), action, target, detail)
$$;
revoke all on function private.audit(uuid, text, text, jsonb) from public;

-- The caller becomes the owner. Vault then makes the tenant's secret and database and turns the status to `active`.
create function public.create_tenant(tenant_name text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  new_id uuid := gen_random_uuid();
begin
  if auth.uid() is null then
    raise exception 'Sign in to create a tenant.' using errcode = '42501';
  end if;
  insert into public.clients (id, name, tenant_secret_ref, created_by)
  values (new_id, btrim(tenant_name), 'tenants/' || new_id, auth.uid());
  insert into public.memberships (client_id, user_id, email, role)
  values (new_id, auth.uid(), private.caller_email(), 'owner');
  perform private.audit(new_id, 'tenant.created', new_id::text, jsonb_build_object('name', btrim(tenant_name)));
  return new_id;
end
$$;

-- Takes the hash: the key itself never reaches the database.
create function public.create_api_key(
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
  insert into public.api_keys (client_id, name, environment, scopes, prefix, key_hash, expires_at, created_by)
  values (client, btrim(key_name), key_environment, key_scopes, key_prefix, hash, expires, auth.uid())
  returning id into new_id;
  perform private.audit(client, 'key.created', new_id::text,
    jsonb_build_object('name', btrim(key_name), 'environment', key_environment, 'scopes', key_scopes, 'prefix', key_prefix));
  return new_id;
end
$$;

create function public.revoke_api_key(key_id uuid) returns timestamptz
language plpgsql security definer set search_path = ''
as $$
declare
  found_key public.api_keys;
begin
  select * into found_key from public.api_keys where id = key_id for update;
  if not found or private.role_in(found_key.client_id) is null then
    raise exception 'There is no such key.' using errcode = 'P0002';
  end if;
  if private.role_in(found_key.client_id) not in ('owner', 'admin') then
    raise exception 'Only an owner or an admin revokes keys.' using errcode = '42501';
  end if;
  if found_key.revoked_at is null then
    update public.api_keys set revoked_at = now() where id = key_id returning revoked_at into found_key.revoked_at;
    perform private.audit(found_key.client_id, 'key.revoked', key_id::text,
      jsonb_build_object('name', found_key.name, 'prefix', found_key.prefix));
  end if;
  return found_key.revoked_at;
end
$$;

revoke all on function public.create_tenant(text) from public, anon;
revoke all on function public.create_api_key(uuid, text, text, text[], text, text, timestamptz) from public, anon;
revoke all on function public.revoke_api_key(uuid) from public, anon;
grant execute on function public.create_tenant(text) to authenticated;
grant execute on function public.create_api_key(uuid, text, text, text[], text, text, timestamptz) to authenticated;
grant execute on function public.revoke_api_key(uuid) to authenticated;
