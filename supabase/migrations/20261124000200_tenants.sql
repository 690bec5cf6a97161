-- A tenant can be stopped, and come back. Deletion is asked for here and done by an operator, after a time in which it can be taken back:
-- its database is not the control plane's to drop.
alter table public.clients add column delete_after timestamptz;
grant select (delete_after) on public.clients to authenticated;

create function private.assert_owner(client uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if private.role_in(client) is null then
    raise exception 'There is no such tenant.' using errcode = 'PT404';
  end if;
  if private.role_in(client) <> 'owner' then
    raise exception 'Only an owner does this.' using errcode = '42501';
  end if;
end
$$;
revoke all on function private.assert_owner(uuid) from public;

-- From then on no key and no member of the tenant is let in by Vault.
create function public.suspend_tenant(client uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.assert_owner(client);
  update public.clients set status = 'suspended' where id = client and status = 'active';
  if found then
    perform private.audit(client, 'tenant.suspended', client::text, '{}');
  end if;
end
$$;

create function public.resume_tenant(client uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.assert_owner(client);
  update public.clients set status = 'active', delete_after = null where id = client and status = 'suspended';
  if found then
    perform private.audit(client, 'tenant.resumed', client::text, '{}');
  end if;
end
$$;

create function public.request_tenant_deletion(client uuid, confirmed_name text) returns timestamptz
language plpgsql security definer set search_path = ''
as $$
declare
  due timestamptz := now() + interval '30 days';
begin
  perform private.assert_owner(client);
  if confirmed_name is distinct from (select name from public.clients where id = client) then
    raise exception 'Type the name of the tenant exactly.' using errcode = 'PT409';
  end if;
  update public.clients set status = 'suspended', delete_after = due where id = client;
  perform private.audit(client, 'tenant.deletion_requested', client::text, jsonb_build_object('after', due));
  return due;
end
$$;

revoke all on function public.suspend_tenant(uuid) from public, anon;
revoke all on function public.resume_tenant(uuid) from public, anon;
revoke all on function public.request_tenant_deletion(uuid, text) from public, anon;
grant execute on function public.suspend_tenant(uuid) to authenticated;
grant execute on function public.resume_tenant(uuid) to authenticated;
grant execute on function public.request_tenant_deletion(uuid, text) to authenticated;
