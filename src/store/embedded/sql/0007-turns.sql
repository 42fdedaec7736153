-- Whose commands take turns in one chat; those that have not ended hold the next ones back.
alter table huitou.run add column turn text collate "C";
create index run_turn on huitou.run (turn, number) where ended_at is null and turn is not null;

drop function huitou.make_run;
create function huitou.make_run(
  p_id text, p_task json, p_owner text, p_channel text, p_chat text, p_command text, p_words text, p_hops json, p_now bigint,
  p_state text, p_lease_until bigint, p_turn text default null, out made boolean, out run huitou.run
) language plpgsql as $$
declare
  n bigint;
  first int;
begin
  select * into run from huitou.run r where r.id = p_id;
  made := not found;
  if not made then return; end if;
  if p_state = 'running' and huitou.ahead_in_turn(p_turn, null) > 0 then p_state := 'waiting'; end if;
  first := (p_state = 'running')::int;
  update huitou.last_number set value = value + 1 returning value into n;
  insert into huitou.run values (
    p_id, n, p_task, p_owner, p_channel, p_chat, p_command, p_words, p_state, 0, first, first, p_lease_until,
    null, null, p_now, case when first = 1 then p_now end, null, null, p_turn
  ) returning * into run;
  perform huitou.add_hops(n, p_hops);
end $$;

-- How many of a turn are before that number: begun and not over, or not begun yet. One that waits for something else, or is to be tried again, holds nobody back.
create function huitou.ahead_in_turn(p_turn text, p_number bigint) returns bigint language sql as $$
  select count(*) from huitou.run
  where turn = p_turn and ended_at is null and waits is null and (state = 'running' or attempt = 0)
    and (p_number is null or number < p_number)
$$;

drop function huitou.create_run;
create function huitou.create_run(
  p_id text, p_task json, p_owner text, p_channel text, p_chat text, p_command text, p_words text, p_hops json, p_now bigint,
  p_turn text
) returns json language sql as $$
  select json_build_object('created', made, 'run', run)
  from huitou.make_run(p_id, p_task, p_owner, p_channel, p_chat, p_command, p_words, p_hops, p_now, 'waiting', p_now, p_turn)
$$;

drop function huitou.start_run;
create function huitou.start_run(
  p_id text, p_task json, p_owner text, p_channel text, p_chat text, p_command text, p_words text, p_hops json, p_now bigint,
  p_lease_ms bigint, p_turn text, p_look_again_ms int
) returns json language plpgsql as $$
declare
  found_or_made record := huitou.make_run(
    p_id, p_task, p_owner, p_channel, p_chat, p_command, p_words, p_hops, p_now, 'running', p_now + p_lease_ms, p_turn);
  r huitou.run := found_or_made.run;
  ahead bigint;
begin
  if r.ended_at is not null then return json_build_object('state', 'over', 'run', r); end if;
  if found_or_made.made and r.state = 'running' then return json_build_object('state', 'go', 'run', r); end if;
  if r.lease_until > p_now and (r.state = 'running' or r.waits is not null) then
    return json_build_object('state', 'held', 'untilMs', r.lease_until);
  end if;
  if r.state = 'waiting' and r.attempt = 0 and p_turn is not null then
    ahead := huitou.ahead_in_turn(p_turn, r.number);
    if ahead > 0 then
      update huitou.run set turn = p_turn, lease_until = p_now + least(5000, p_look_again_ms * ahead) where id = p_id returning * into r;
      return json_build_object('state', 'held', 'untilMs', r.lease_until);
    end if;
  end if;
  update huitou.run set state = 'running', attempt = attempt + 1, epoch = epoch + 1, lease_until = p_now + p_lease_ms,
    waits = null, started_at = coalesce(started_at, p_now)
  where id = p_id returning * into r;
  return json_build_object('state', 'go', 'run', r);
end $$;
