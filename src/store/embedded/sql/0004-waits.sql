-- What a run has given its slot up for; its lease_until is when it wakes by itself.
alter table huitou.run add column waits json;

create or replace function huitou.start_run(
  p_id text, p_task json, p_owner text, p_channel text, p_chat text, p_command text, p_words text, p_hops json, p_now bigint,
  p_lease_ms bigint
) returns json language plpgsql as $$
declare
  found_or_made record := huitou.make_run(
    p_id, p_task, p_owner, p_channel, p_chat, p_command, p_words, p_hops, p_now, 'running', p_now + p_lease_ms);
  is_new boolean := found_or_made.made;
  r huitou.run := found_or_made.run;
begin
  if r.ended_at is not null then return json_build_object('state', 'over', 'run', r); end if;
  if not is_new and r.lease_until > p_now and (r.state = 'running' or r.waits is not null) then
    return json_build_object('state', 'held', 'untilMs', r.lease_until);
  end if;
  if not is_new then
    update huitou.run set state = 'running', attempt = attempt + 1, epoch = epoch + 1, lease_until = p_now + p_lease_ms,
      waits = null, started_at = coalesce(started_at, p_now)
    where id = p_id returning * into r;
  end if;
  return json_build_object('state', 'go', 'run', r);
end $$;

create function huitou.suspend_run(
  p_id text, p_epoch int, p_waits json, p_until bigint, p_steps text[], p_hops json, p_now bigint
) returns text language plpgsql as $$
declare
  n bigint;
  is_signalled boolean := exists (select from huitou.step where task = p_id and name = any (p_steps));
begin
  update huitou.run set state = 'waiting', attempt = attempt - 1,
    waits = case when is_signalled then null else p_waits end,
    lease_until = case when is_signalled then p_now else p_until end
  where id = p_id and epoch = p_epoch and state = 'running' returning number into n;
  if n is null then return 'lost'; end if;
  perform huitou.add_hops(n, p_hops);
  return case when is_signalled then 'again' else 'waits' end;
end $$;

-- First writer wins. A run that waits may begin at once.
create function huitou.signal_run(p_id text, p_step text, p_value json, p_hops json, p_now bigint) returns text
language plpgsql as $$
declare
  n bigint;
begin
  select number into n from huitou.run where id = p_id and ended_at is null;
  if n is null then return 'gone'; end if;
  insert into huitou.step (task, name, value) values (p_id, p_step, p_value) on conflict (task, name) do nothing;
  if not found then return 'known'; end if;
  update huitou.run set lease_until = p_now where id = p_id and state = 'waiting' and waits is not null;
  perform huitou.add_hops(n, p_hops);
  return 'first';
end $$;

create or replace function huitou.cancel_run(p_id text, p_why text, p_hops json, p_now bigint) returns text language plpgsql as $$
declare
  was text;
  n bigint;
begin
  select state, number into was, n from huitou.run where id = p_id and ended_at is null;
  if n is null then return null; end if;
  update huitou.run set state = 'cancelled', why = p_why, waits = null, lease_until = 0, ended_at = p_now where id = p_id;
  perform huitou.add_hops(n, p_hops);
  return was;
end $$;
