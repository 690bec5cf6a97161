-- Refusals that a person should read carry PT404 or PT409: PostgREST answers with that status and passes their sentence on.

-- Members come by invitation. The invitation's token is in the e-mail alone; here is its hash.

-- One open invitation for an address and tenant.
create unique index invitations_open on public.invitations (client_id, email) where accepted_at is null;

-- Whether the caller may give or take this role: admins manage members, and only owners make or unmake owners.
create function private.assert_manages(client uuid, managed_role text) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  own text := private.role_in(client);
begin
  if own is null then
    raise exception 'There is no such tenant.' using errcode = 'PT404';
  end if;
  if own not in ('owner', 'admin') then
    raise exception 'Only an owner or an admin manages members.' using errcode = '42501';
  end if;
  if managed_role = 'owner' and own <> 'owner' then
    raise exception 'Only an owner makes or removes owners.' using errcode = '42501';
  end if;
end
$$;
revoke all on function private.assert_manages(uuid, text) from public;

-- Locks the tenant, so that two owners who leave at once cannot both be the last but one.
create function private.assert_not_last_owner(client uuid, member uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform 1 from public.clients where id = client for update;
  if not exists (select from public.memberships where client_id = client and role = 'owner' and user_id <> member) then
    raise exception 'A tenant keeps at least one owner. Make somebody else an owner first.' using errcode = 'PT409';
  end if;
end
$$;
revoke all on function private.assert_not_last_owner(uuid, uuid) from public;

-- A second invitation of an address replaces its first.
create function public.invite_member(client uuid, invitee text, invited_role text, hash text) returns uuid
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
  delete from public.invitations where client_id = client and email = address and accepted_at is null;
  insert into public.invitations (client_id, email, role, token_hash, invited_by, expires_at)
  values (client, address, invited_role, hash, auth.uid(), now() + interval '7 days')
  returning id into new_id;
  perform private.audit(client, 'member.invited', address, jsonb_build_object('role', invited_role));
  return new_id;
end
$$;

create function public.withdraw_invitation(invitation uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  found_invitation public.invitations;
begin
  select * into found_invitation from public.invitations where id = invitation and accepted_at is null for update;
  if not found or private.role_in(found_invitation.client_id) is null then
    raise exception 'There is no such invitation.' using errcode = 'PT404';
  end if;
  perform private.assert_manages(found_invitation.client_id, found_invitation.role);
  delete from public.invitations where id = invitation;
  perform private.audit(found_invitation.client_id, 'invitation.withdrawn', found_invitation.email, '{}');
end
$$;

-- What the holder of the e-mail's token may know before they sign in; null where it is unknown, used or expired.
create function public.describe_invitation(hash text) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object('tenant', c.name, 'email', i.email, 'role', i.role)
  from public.invitations i join public.clients c on c.id = i.client_id
  where i.token_hash = hash and i.accepted_at is null and i.expires_at > now()
$$;

-- The caller becomes a member. The invitation is for its address alone.
create function public.accept_invitation(hash text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  found_invitation public.invitations;
begin
  select * into found_invitation from public.invitations
  where token_hash = hash and accepted_at is null and expires_at > now() for update;
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

create function public.change_role(client uuid, member uuid, new_role text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  found_member public.memberships;
begin
  perform private.assert_manages(client, new_role);
  select * into found_member from public.memberships where client_id = client and user_id = member for update;
  if not found then
    raise exception 'There is no such member.' using errcode = 'PT404';
  end if;
  if found_member.role = new_role then
    return;
  end if;
  perform private.assert_manages(client, found_member.role);
  if found_member.role = 'owner' then
    perform private.assert_not_last_owner(client, member);
  end if;
  update public.memberships set role = new_role where client_id = client and user_id = member;
  perform private.audit(client, 'member.role_changed', found_member.email,
    jsonb_build_object('before', found_member.role, 'after', new_role));
end
$$;

-- Everybody may leave; others are removed by those who manage members.
create function public.remove_member(client uuid, member uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  found_member public.memberships;
begin
  if private.role_in(client) is null then
    raise exception 'There is no such tenant.' using errcode = 'PT404';
  end if;
  if member <> auth.uid() then
    perform private.assert_manages(client, 'reviewer');
  end if;
  select * into found_member from public.memberships where client_id = client and user_id = member for update;
  if not found then
    raise exception 'There is no such member.' using errcode = 'PT404';
  end if;
  if member <> auth.uid() then
    perform private.assert_manages(client, found_member.role);
  end if;
  if found_member.role = 'owner' then
    perform private.assert_not_last_owner(client, member);
  end if;
  delete from public.memberships where client_id = client and user_id = member;
  perform private.audit(client, case when member = auth.uid() then 'member.left' else 'member.removed' end, found_member.email,
    jsonb_build_object('role', found_member.role));
end
$$;

create function public.rename_tenant(client uuid, tenant_name text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  old_name text;
begin
  if private.role_in(client) is distinct from 'owner' then
    raise exception 'Only an owner renames the tenant.' using errcode = '42501';
  end if;
  select name into old_name from public.clients where id = client for update;
  update public.clients set name = btrim(tenant_name) where id = client;
  perform private.audit(client, 'tenant.renamed', client::text, jsonb_build_object('before', old_name, 'after', btrim(tenant_name)));
end
$$;

-- The caller's own sessions, the newest first.
create function public.list_sessions() returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', id, 'user_agent', user_agent, 'ip', host(ip), 'created_at', created_at,
    'refreshed_at', refreshed_at) order by created_at desc), '[]')
  from auth.sessions where user_id = auth.uid()
$$;

revoke all on function public.invite_member(uuid, text, text, text) from public, anon;
revoke all on function public.withdraw_invitation(uuid) from public, anon;
revoke all on function public.describe_invitation(text) from public;
revoke all on function public.accept_invitation(text) from public, anon;
revoke all on function public.change_role(uuid, uuid, text) from public, anon;
revoke all on function public.remove_member(uuid, uuid) from public, anon;
revoke all on function public.rename_tenant(uuid, text) from public, anon;
revoke all on function public.list_sessions() from public, anon;
grant execute on function public.invite_member(uuid, text, text, text) to authenticated;
grant execute on function public.withdraw_invitation(uuid) to authenticated;
grant execute on function public.describe_invitation(text) to anon, authenticated;
grant execute on function public.accept_invitation(text) to authenticated;
grant execute on function public.change_role(uuid, uuid, text) to authenticated;
grant execute on function public.remove_member(uuid, uuid) to authenticated;
grant execute on function public.rename_tenant(uuid, text) to authenticated;
grant execute on function public.list_sessions() to authenticated;
