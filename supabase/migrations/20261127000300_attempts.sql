-- How often somebody may try: passwords, codes, sign-ups, mails. Counted here, so that it outlasts a restart and holds over all replicas
-- of the console. Who counts names a bucket by a keyed hash: no address stands here, and nobody without the key can spend another's tries.

create table private.attempts (
  bucket text primary key check (bucket ~ '^[0-9a-f]{64}$'),
  taken integer not null,
  ends_at timestamptz not null
);
create index attempts_ends_at on private.attempts (ends_at);
revoke all on private.attempts from public, anon, authenticated;

-- Takes one try of every bucket, or none where one of them is used up.
-- A bucket that is `wide` does not count where `known` is noted: strangers who use up an account's tries do not shut its owner out of the
-- places where they signed in before.
-- Returns 0, or the seconds until there are tries again.
create function public.take_attempt(buckets jsonb, known text default null) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  moment timestamptz := clock_timestamp();
  is_known boolean := exists (select from private.attempts where bucket = known and ends_at > moment);
  wait integer;
begin
  if jsonb_typeof(buckets) is distinct from 'array' or jsonb_array_length(buckets) not between 1 and 8 then
    raise exception 'Name one to eight buckets.' using errcode = '22023';
  end if;
  if exists (
    select from jsonb_to_recordset(buckets) as b (key text, "limit" integer, seconds integer, wide boolean)
    where coalesce(key !~ '^[0-9a-f]{64}$' or "limit" not between 1 and 10000 or seconds not between 1 and 86400, true)
  ) then
    raise exception 'A bucket has a hash, a limit and seconds up to a day.' using errcode = '22023';
  end if;
  delete from private.attempts where bucket in
    (select bucket from private.attempts where ends_at < moment limit 100 for update skip locked);
  -- In the order of their names, so that two who take the same buckets wait for each other and never in a ring.
  insert into private.attempts as a (bucket, taken, ends_at)
  select key, 0, moment + seconds * interval '1 second'
  from jsonb_to_recordset(buckets) as b (key text, "limit" integer, seconds integer, wide boolean)
  where not (coalesce(wide, false) and is_known) order by key
  on conflict (bucket) do update set
    taken = case when a.ends_at <= moment then 0 else a.taken end,
    ends_at = case when a.ends_at <= moment then excluded.ends_at else a.ends_at end;
  select max(ceil(extract(epoch from a.ends_at - moment)))::integer into wait
  from private.attempts a join jsonb_to_recordset(buckets) as b (key text, "limit" integer, seconds integer, wide boolean) on b.key = a.bucket
  where a.taken >= b."limit" and not (coalesce(b.wide, false) and is_known);
  if wait is not null then
    return greatest(wait, 1);
  end if;
  update private.attempts a set taken = a.taken + 1
  from jsonb_to_recordset(buckets) as b (key text, "limit" integer, seconds integer, wide boolean)
  where b.key = a.bucket and not (coalesce(b.wide, false) and is_known);
  return 0;
end
$$;

-- After a try that succeeded: gives it back to some buckets, empties others, and notes for thirty days that the account is known there.
create function public.settle_attempt(returned text[], emptied text[], known text default null) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform 1 from private.attempts where bucket = any(returned || emptied) order by bucket for update;
  update private.attempts set taken = greatest(taken - 1, 0) where bucket = any(returned);
  delete from private.attempts where bucket = any(emptied);
  if known is not null then
    insert into private.attempts as a (bucket, taken, ends_at) values (known, 0, clock_timestamp() + interval '30 days')
    on conflict (bucket) do update set ends_at = excluded.ends_at;
  end if;
end
$$;

revoke all on function public.take_attempt(jsonb, text) from public;
revoke all on function public.settle_attempt(text[], text[], text) from public;
grant execute on function public.take_attempt(jsonb, text) to anon, authenticated;
grant execute on function public.settle_attempt(text[], text[], text) to anon, authenticated;
