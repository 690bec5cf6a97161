-- The part of Supabase that the migrations stand on, for a plain PostgreSQL (tests) and for Supabase Lite, which makes the `auth`
-- schema itself but not the roles. Hosted Supabase has all of it. Running it twice changes nothing.

do $$
declare
  wanted text;
begin
  foreach wanted in array array['anon', 'authenticated', 'service_role'] loop
    if not exists (select from pg_roles where rolname = wanted) then
      begin
        execute format('create role %I nologin', wanted);
      exception when duplicate_object or unique_violation then
        null; -- roles belong to the whole server: another database's prelude made it in the meantime
      end;
    end if;
  end loop;
end
$$;

create schema if not exists auth;
create table if not exists auth.users (id uuid primary key, email text);
create table if not exists auth.sessions (
  id uuid primary key,
  user_id uuid not null references auth.users (id) on delete cascade,
  created_at timestamptz default now(),
  refreshed_at timestamp,
  user_agent text,
  ip inet,
  aal text
);
-- Supabase Lite offers no second factor: there it stays empty.
create table if not exists auth.mfa_factors (
  id uuid primary key,
  user_id uuid not null references auth.users (id) on delete cascade,
  factor_type text not null,
  status text not null
);

do $$
begin
  if to_regprocedure('auth.uid()') is null then
    create function auth.uid() returns uuid language sql stable
      as 'select nullif(current_setting(''request.jwt.claim.sub'', true), '''')::uuid';
  end if;
end
$$;

grant usage on schema public, auth to anon, authenticated, service_role;
