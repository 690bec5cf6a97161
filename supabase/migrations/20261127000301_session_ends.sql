-- A session ends when nobody used it for a while, and after a time in any case. Asked wherever a session is asked for: row level security,
-- every function, and Vault.

-- One row. An operator changes it: update private.session_limits set idle = '1 hour'.
create table private.session_limits (
  is_only boolean primary key default true check (is_only),
  idle interval not null default '12 hours' check (idle >= interval '5 minutes'),
  absolute interval not null default '7 days' check (absolute >= interval '5 minutes')
);
insert into private.session_limits default values;

-- What the console knows of a session: the browser, the address it is used from, when a person last did something in it, and whether it
-- was opened by a code from a mail, so that it may set a password without the old one.
create table private.session_uses (
  session_id uuid primary key,
  user_id uuid not null,
  agent text check (length(agent) <= 400),
  place text check (length(place) <= 64),
  last_used_at timestamptz not null default now(),
  recovered_at timestamptz
);
create index session_uses_user on private.session_uses (user_id);
-- Sessions of before count from their last refresh. From now on a refresh is no use: an open page does it by itself.
insert into private.session_uses (session_id, user_id, last_used_at)
select id, user_id, coalesce(refreshed_at at time zone 'UTC', created_at, now()) from auth.sessions;
revoke all on private.session_limits, private.session_uses from public, anon, authenticated;

-- Whether a session goes on. Whoever has a second factor is in only by it.
create function private.session_goes_on(session uuid, member uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from auth.sessions s
    cross join private.session_limits l
    left join private.session_uses u on u.session_id = s.id
    where s.id = session and s.user_id = member
      and s.created_at > now() - l.absolute
      and coalesce(u.last_used_at, s.created_at) > now() - l.idle
  )
$$;
create function private.has_second_factor(member uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (select from auth.mfa_factors where user_id = member and status::text = 'verified')
$$;
create function private.session_is_whole(session uuid, member uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
  select private.session_goes_on(session, member)
    and (not private.has_second_factor(member) or exists (select from auth.sessions where id = session and aal::text in ('aal2', 'aal3')))
$$;
revoke all on function private.session_goes_on(uuid, uuid) from public;
revoke all on function private.has_second_factor(uuid) from public;
revoke all on function private.session_is_whole(uuid, uuid) from public;

create function private.claimed_session() returns uuid
language sql stable set search_path = ''
as $$
  select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'session_id')::uuid
$$;
revoke all on function private.claimed_session() from public;

create or replace function private.is_signed_in() returns boolean
language sql stable security definer set search_path = ''
as $$
  select session is null or private.session_is_whole(session, auth.uid()) from private.claimed_session() as claimed (session)
$$;

-- The console asks at every page: `whole`, `second_factor` where that is still to be shown, or `ended`. A session that is over is gone
-- from then on, so that it cannot be refreshed either. `is_used` is false for what an open page asks by itself.
create function public.touch_session(agent text, place text, is_used boolean) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  session uuid := private.claimed_session();
begin
  if session is null then
    return 'whole';
  end if;
  if not private.session_goes_on(session, auth.uid()) then
    delete from auth.sessions where id = session and user_id = auth.uid();
    delete from private.session_uses u where u.user_id = auth.uid() and not exists (select from auth.sessions s where s.id = u.session_id);
    return 'ended';
  end if;
  if is_used then
    insert into private.session_uses as u (session_id, user_id, agent, place)
    values (session, auth.uid(), left(touch_session.agent, 400), left(touch_session.place, 64))
    on conflict (session_id) do update set agent = excluded.agent, place = excluded.place, last_used_at = now()
    where u.last_used_at < now() - interval '1 minute' or u.agent is distinct from excluded.agent or u.place is distinct from excluded.place;
  end if;
  return case when private.session_is_whole(session, auth.uid()) then 'whole' else 'second_factor' end;
end
$$;

create or replace function public.list_sessions() returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'user_agent', coalesce(u.agent, s.user_agent), 'ip', coalesce(u.place, host(s.ip)),
    'created_at', s.created_at, 'refreshed_at', s.refreshed_at,
    'last_used_at', coalesce(u.last_used_at, s.created_at),
    'is_current', s.id is not distinct from private.claimed_session())
    order by s.id is not distinct from private.claimed_session() desc, coalesce(u.last_used_at, s.created_at) desc), '[]')
  from auth.sessions s left join private.session_uses u on u.session_id = s.id
  where s.user_id = auth.uid() and private.is_signed_in() and private.session_goes_on(s.id, s.user_id)
$$;

-- Ends one of the caller's sessions. Its tokens say nothing from now on: they name a session that is not there.
create function public.end_session(session uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  if not private.is_signed_in() then
    raise exception 'Sign in first.' using errcode = '42501';
  end if;
  delete from auth.sessions where id = session and user_id = auth.uid();
  if not found then
    raise exception 'This session has ended already.' using errcode = 'PT404';
  end if;
  delete from private.session_uses where session_id = session;
end
$$;

-- Ends every session of the caller but the one that asks. Returns how many.
create function public.end_other_sessions() returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  own uuid := private.claimed_session();
  ended integer;
begin
  if own is null or not private.is_signed_in() then
    raise exception 'Sign in first.' using errcode = '42501';
  end if;
  delete from auth.sessions where user_id = auth.uid() and id <> own;
  get diagnostics ended = row_count;
  delete from private.session_uses where user_id = auth.uid() and session_id <> own;
  return ended;
end
$$;

revoke all on function public.touch_session(text, text, boolean) from public, anon;
revoke all on function public.end_session(uuid) from public, anon;
revoke all on function public.end_other_sessions() from public, anon;
grant execute on function public.touch_session(text, text, boolean) to authenticated;
grant execute on function public.end_session(uuid) to authenticated;
grant execute on function public.end_other_sessions() to authenticated;
