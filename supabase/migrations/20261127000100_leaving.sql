-- What a member has begun in their role ends with it: their open invitations, whichever way the role ends.
create function private.end_invitations() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  ended public.invitations;
  remaining text := case when tg_op = 'UPDATE' then new.role end;
begin
  for ended in
    delete from public.invitations
    where client_id = old.client_id and accepted_at is null and (
      (invited_by = old.user_id
        and (remaining is null or remaining not in ('owner', 'admin') or (role = 'owner' and remaining <> 'owner')))
      -- Whoever is removed does not come back by an invitation from before.
      or (tg_op = 'DELETE' and email = lower(old.email)))
    returning *
  loop
    -- Not where the whole tenant goes.
    if exists (select from public.clients where id = old.client_id) then
      perform private.audit(old.client_id, 'invitation.withdrawn', ended.email,
        jsonb_build_object('reason', case when tg_op = 'DELETE' then 'member_left' else 'member_demoted' end, 'member', old.email));
    end if;
  end loop;
  return null;
end
$$;
revoke all on function private.end_invitations() from public;
create trigger end_invitations after delete or update of role on public.memberships
  for each row execute function private.end_invitations();

-- An account that is deleted takes its invitations along; the audit trail still tells of them.
alter table public.invitations drop constraint invitations_invited_by_fkey;
alter table public.invitations add constraint invitations_invited_by_fkey
  foreign key (invited_by) references auth.users (id) on delete cascade;

-- Holds the inviter's membership until the invitation is stored: a role that ends meanwhile sees the invitation, or the invitation sees
-- that the role has ended.
create function private.hold_inviter() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  held text;
begin
  if new.invited_by is null then
    return new;
  end if;
  select role into held from public.memberships where client_id = new.client_id and user_id = new.invited_by for share;
  if held is null or held not in ('owner', 'admin') or (new.role = 'owner' and held <> 'owner') then
    raise exception 'Only an owner or an admin manages members, and only an owner makes owners.' using errcode = '42501';
  end if;
  return new;
end
$$;
revoke all on function private.hold_inviter() from public;
create trigger hold_inviter before insert on public.invitations for each row execute function private.hold_inviter();

-- Invitations whose inviter is gone, or may not invite any more, from before this was so.
delete from public.invitations i where accepted_at is null and not exists (
  select from public.memberships m where m.client_id = i.client_id and m.user_id = i.invited_by
    and (m.role = 'owner' or (m.role = 'admin' and i.role <> 'owner')));

-- Who stopped a tenant: an owner takes back what an owner did. Null where it is not known, which only an operator lifts.
alter table public.clients add column suspended_by text check (suspended_by in ('owner', 'operator'));
grant select (suspended_by) on public.clients to authenticated;
update public.clients c set suspended_by = case
  when (select actor_id from public.audit_events where client_id = c.id and action in ('tenant.suspended', 'tenant.deletion_requested')
        order by id desc limit 1) is not null then 'owner' else 'operator' end
where status = 'suspended';

create function private.end_suspension() returns trigger language plpgsql set search_path = ''
as $$
begin
  if new.status <> 'suspended' then
    new.suspended_by := null;
  end if;
  return new;
end
$$;
create trigger end_suspension before update of status on public.clients for each row execute function private.end_suspension();

create function private.assert_not_held(client uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  held public.clients;
begin
  select * into held from public.clients where id = client for update;
  if held.status = 'suspended' and held.suspended_by is distinct from 'owner' then
    raise exception 'An operator suspended this tenant. Ask them to resume it.' using errcode = 'PT409';
  end if;
end
$$;
revoke all on function private.assert_not_held(uuid) from public;

create or replace function public.suspend_tenant(client uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.assert_owner(client);
  update public.clients set status = 'suspended', suspended_by = 'owner' where id = client and status = 'active';
  if found then
    perform private.audit(client, 'tenant.suspended', client::text, '{}');
  end if;
end
$$;

create or replace function public.resume_tenant(client uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.assert_owner(client);
  perform private.assert_not_held(client);
  update public.clients set status = 'active', delete_after = null where id = client and status = 'suspended';
  if found then
    perform private.audit(client, 'tenant.resumed', client::text, '{}');
  end if;
end
$$;

create or replace function public.request_tenant_deletion(client uuid, confirmed_name text) returns timestamptz
language plpgsql security definer set search_path = ''
as $$
declare
  due timestamptz := now() + interval '30 days';
begin
  perform private.assert_owner(client);
  perform private.assert_not_held(client);
  if confirmed_name is distinct from (select name from public.clients where id = client) then
    raise exception 'Type the name of the tenant exactly.' using errcode = 'PT409';
  end if;
  update public.clients set status = 'suspended', suspended_by = 'owner', delete_after = due where id = client;
  perform private.audit(client, 'tenant.deletion_requested', client::text, jsonb_build_object('after', due));
  return due;
end
$$;
