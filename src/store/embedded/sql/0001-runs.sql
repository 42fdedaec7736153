-- Tasks as people see them. Times are epoch ms. Objects are kept as json, not jsonb: they come back letter for letter.
create table huitou.run (
  id text collate "C" primary key,
  number bigint not null unique,
  task json not null,
  owner text collate "C" not null,
  -- What lists are filtered by; taken from the task when it is made.
  channel text collate "C" not null,
  chat text collate "C" not null,
  command text collate "C" not null,
  words text not null,
  state text not null,
  round int not null,
  attempt int not null default 0,
  epoch int not null default 0,
  lease_until bigint not null default 0,
  progress json,
  why text,
  created_at bigint not null,
  started_at bigint,
  ended_at bigint
) with (fillfactor = 75);
create index run_owner on huitou.run (owner, number);
-- Also finds the live ones, whose ended_at is null. Lease and state are in no index, so that claiming and renewing touch none.
create index run_ended on huitou.run (ended_at);

-- A sequence would skip up to 32 numbers after a kill, and counting from the newest run would use one again after a sweep.
create table huitou.last_number (value bigint not null) with (fillfactor = 10);
insert into huitou.last_number values (0);

create table huitou.hop (
  run bigint not null,
  seq int not null,
  hop json not null,
  primary key (run, seq)
);

create table huitou.step (
  task text collate "C" not null,
  name text collate "C" not null,
  seq bigint generated always as identity,
  value json not null,
  primary key (task, name)
);

-- The oldest of more than 500 fall out.
create function huitou.add_hops(p_run bigint, p_hops json) returns void language plpgsql as $$
declare
  last int := coalesce((select max(seq) from huitou.hop where run = p_run), 0);
  added int;
begin
  insert into huitou.hop
    select p_run, last + place, hop from json_array_elements(p_hops) with ordinality as given (hop, place);
  get diagnostics added = row_count;
  if last + added > 500 then
    delete from huitou.hop where run = p_run and seq <= last + added - 500;
  end if;
end $$;

-- The run there is, or a new one in this state with the next number.
create function huitou.make_run(
  p_id text, p_task json, p_owner text, p_channel text, p_chat text, p_command text, p_words text, p_hops json, p_now bigint,
  p_state text, p_lease_until bigint, out made boolean, out run huitou.run
) language plpgsql as $$
declare
  n bigint;
  first int := (p_state = 'running')::int;
begin
  select * into run from huitou.run r where r.id = p_id;
  made := not found;
  if not made then return; end if;
  update huitou.last_number set value = value + 1 returning value into n;
  insert into huitou.run values (
    p_id, n, p_task, p_owner, p_channel, p_chat, p_command, p_words, p_state, 0, first, first, p_lease_until,
    null, null, p_now, case when first = 1 then p_now end, null
  ) returning * into run;
  perform huitou.add_hops(n, p_hops);
end $$;

create function huitou.create_run(
  p_id text, p_task json, p_owner text, p_channel text, p_chat text, p_command text, p_words text, p_hops json, p_now bigint
) returns json language sql as $$
  select json_build_object('created', made, 'run', run)
  from huitou.make_run(p_id, p_task, p_owner, p_channel, p_chat, p_command, p_words, p_hops, p_now, 'waiting', p_now)
$$;

create function huitou.start_run(
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
  if not is_new and r.state = 'running' and r.lease_until > p_now then
    return json_build_object('state', 'held', 'untilMs', r.lease_until);
  end if;
  if not is_new then
    update huitou.run set state = 'running', attempt = attempt + 1, epoch = epoch + 1, lease_until = p_now + p_lease_ms,
      started_at = coalesce(started_at, p_now)
    where id = p_id returning * into r;
  end if;
  return json_build_object('state', 'go', 'run', r);
end $$;

create function huitou.renew_run(p_id text, p_epoch int, p_now bigint, p_lease_ms bigint) returns boolean language plpgsql as $$
begin
  update huitou.run set lease_until = p_now + p_lease_ms where id = p_id and epoch = p_epoch and state = 'running';
  return found;
end $$;

create function huitou.release_run(p_id text, p_epoch int, p_hops json, p_snoozed boolean, p_now bigint) returns boolean
language plpgsql as $$
declare
  n bigint;
begin
  update huitou.run set state = 'waiting', lease_until = p_now, attempt = attempt - p_snoozed::int
  where id = p_id and epoch = p_epoch and state = 'running' returning number into n;
  if n is null then return false; end if;
  perform huitou.add_hops(n, p_hops);
  return true;
end $$;

create function huitou.finish_run(p_id text, p_epoch int, p_state text, p_why text, p_hops json, p_now bigint) returns boolean
language plpgsql as $$
declare
  n bigint;
begin
  update huitou.run set state = p_state, why = p_why, lease_until = 0, ended_at = p_now
  where id = p_id and epoch = p_epoch and (state = 'running' or state = 'waiting' and epoch = 0) returning number into n;
  if n is null then return false; end if;
  perform huitou.add_hops(n, p_hops);
  return true;
end $$;

create function huitou.cancel_run(p_id text, p_why text, p_hops json, p_now bigint) returns text language plpgsql as $$
declare
  was text;
  n bigint;
begin
  select state, number into was, n from huitou.run where id = p_id and ended_at is null;
  if n is null then return null; end if;
  update huitou.run set state = 'cancelled', why = p_why, lease_until = 0, ended_at = p_now where id = p_id;
  perform huitou.add_hops(n, p_hops);
  return was;
end $$;

-- The epoch stays: a worker of the life before is still fenced off.
create function huitou.reopen_run(p_id text, p_hops json, p_now bigint) returns boolean language plpgsql as $$
declare
  n bigint;
begin
  update huitou.run set state = 'waiting', round = round + 1, attempt = 0, lease_until = p_now, progress = null, why = null, started_at = null, ended_at = null
  where id = p_id and ended_at is not null returning number into n;
  if n is null then return false; end if;
  perform huitou.add_hops(n, p_hops);
  return true;
end $$;

create function huitou.note_run(p_id text, p_hops json) returns void language sql as $$
  select huitou.add_hops(number, p_hops) from huitou.run where id = p_id
$$;

create function huitou.timeline(p_id text) returns json language sql stable as $$
  select coalesce(json_agg(h.hop order by h.seq), '[]')
  from huitou.run r join huitou.hop h on h.run = r.number where r.id = p_id
$$;

-- Newest first. Planned anew for each question: which filters are given decides the way.
create function huitou.list_runs(
  p_states text[], p_live boolean, p_channel text, p_owner text, p_chat text, p_command text, p_q text, p_before bigint, p_limit int
) returns json language plpgsql stable set plan_cache_mode = force_custom_plan as $$
begin
  return (
    select coalesce(json_agg(page), '[]') from (
      select r.* from huitou.run r
      where (p_states is null or r.state = any (p_states))
        and (not p_live or r.ended_at is null)
        and (p_channel is null or r.channel = p_channel)
        and (p_owner is null or r.owner = p_owner)
        and (p_chat is null or r.chat = p_chat)
        and (p_command is null or r.command = p_command)
        and (p_q is null or position(p_q in r.words) > 0 or position(p_q in lower(r.id)) > 0)
        and (p_before is null or r.number < p_before)
      order by r.number desc limit p_limit
    ) page
  );
end $$;

-- Claims that ran out first, so that a long queue does not hide them; then what waits, oldest first.
create function huitou.overdue_runs(p_now bigint, p_limit int) returns json language sql stable as $$
  select coalesce(json_agg(page), '[]') from (
    select r.* from huitou.run r where r.ended_at is null and r.lease_until < p_now
    order by r.state = 'waiting', r.number limit p_limit
  ) page
$$;

-- First writer wins; the value that is kept.
create function huitou.save_step(p_task text, p_name text, p_value json) returns json language plpgsql as $$
declare
  kept json;
begin
  insert into huitou.step (task, name, value) values (p_task, p_name, p_value)
  on conflict (task, name) do nothing returning value into kept;
  return coalesce(kept, (select value from huitou.step where task = p_task and name = p_name));
end $$;
