-- Who was a member and is none any more, by whichever way it ended: addresses that no mail of the tenant goes to, though a route names them.
create table private.former_members (
  client_id uuid not null references public.clients (id) on delete cascade,
  email text not null,
  left_at timestamptz not null default now(),
  primary key (client_id, email)
);
revoke all on private.former_members from public, anon, authenticated;

insert into private.former_members (client_id, email, left_at)
select client_id, lower(target), max(created_at) from public.audit_events e
where action in ('member.left', 'member.removed')
  and not exists (select from public.memberships m where m.client_id = e.client_id and lower(m.email) = lower(e.target))
group by client_id, lower(target);

create function private.note_leaving() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    delete from private.former_members where client_id = new.client_id and email = lower(new.email);
  elsif exists (select from public.clients where id = old.client_id) then
    insert into private.former_members (client_id, email) values (old.client_id, lower(old.email))
    on conflict (client_id, email) do update set left_at = now();
  end if;
  return null;
end
$$;
revoke all on function private.note_leaving() from public;
create trigger note_leaving after insert or delete on public.memberships for each row execute function private.note_leaving();
