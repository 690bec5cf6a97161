-- Members read what is their tenant's. Every write that matters goes through a function of the next migration.

-- In a schema of its own, so that the Data API does not offer it; security definer, so that the policies of
-- `memberships` do not call themselves.
create schema if not exists private;
grant usage on schema private to authenticated, service_role;

create function private.role_in(client uuid) returns text
language sql stable security definer set search_path = ''
as $$
  select role from public.memberships where client_id = client and user_id = auth.uid()
$$;
revoke all on function private.role_in(uuid) from public;
grant execute on function private.role_in(uuid) to authenticated;

alter table public.clients enable row level security;
alter table public.memberships enable row level security;
alter table public.invitations enable row level security;
alter table public.api_keys enable row level security;
alter table public.audit_events enable row level security;

create policy "members read their tenant" on public.clients for select to authenticated
  using (private.role_in(id) is not null);
create policy "members read their fellow members" on public.memberships for select to authenticated
  using (private.role_in(client_id) is not null);
create policy "administrators read invitations" on public.invitations for select to authenticated
  using (private.role_in(client_id) in ('owner', 'admin'));
create policy "members read keys" on public.api_keys for select to authenticated
  using (private.role_in(client_id) is not null);
create policy "members read the audit trail" on public.audit_events for select to authenticated
  using (private.role_in(client_id) in ('owner', 'admin', 'compliance'));

-- Hosted Supabase grants everything on new tables to these roles; here only what is meant.
revoke all on public.clients, public.memberships, public.invitations, public.api_keys, public.audit_events from anon, authenticated;
grant select on public.memberships, public.audit_events to authenticated;
grant select (id, name, status, created_at) on public.clients to authenticated;
grant select (id, client_id, email, role, invited_by, created_at, expires_at, accepted_at) on public.invitations to authenticated;
grant select (id, client_id, name, environment, scopes, prefix, created_at, created_by, expires_at, revoked_at, last_used_at, last_used_from, last_used_runtime)
  on public.api_keys to authenticated;
