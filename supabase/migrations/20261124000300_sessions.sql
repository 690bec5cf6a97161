-- A session that was signed out ends at once, although its access token would be good for up to an hour. A token without a session,
-- such as one that an operator signed, is good until it expires.
create function private.is_signed_in() returns boolean
language sql stable security definer set search_path = ''
as $$
  select session is null or exists (select from auth.sessions where id = session and user_id = auth.uid())
  from (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'session_id')::uuid) as claimed (session)
$$;
revoke all on function private.is_signed_in() from public;
grant execute on function private.is_signed_in() to authenticated;

-- Row level security and every function that changes something ask this.
create or replace function private.role_in(client uuid) returns text
language sql stable security definer set search_path = ''
as $$
  select role from public.memberships where client_id = client and user_id = auth.uid() and private.is_signed_in()
$$;

-- Nobody where the session has ended: it makes no tenant, accepts no invitation, and leaves no trace in another's name.
create or replace function private.caller_email() returns text
language sql stable security definer set search_path = ''
as $$
  select email::text from auth.users where id = auth.uid() and private.is_signed_in()
$$;

create or replace function public.list_sessions() returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', id, 'user_agent', user_agent, 'ip', host(ip), 'created_at', created_at,
    'refreshed_at', refreshed_at) order by created_at desc), '[]')
  from auth.sessions where user_id = auth.uid() and private.is_signed_in()
$$;
