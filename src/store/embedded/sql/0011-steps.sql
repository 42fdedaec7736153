-- A step and its line of the timeline are one move.
drop function huitou.save_step;
create function huitou.save_step(p_task text, p_name text, p_value json, p_hops json) returns json language plpgsql as $$
declare
  kept json;
  n bigint;
begin
  insert into huitou.step (task, name, value) values (p_task, p_name, p_value)
  on conflict (task, name) do nothing returning value into kept;
  if kept is null then return (select value from huitou.step where task = p_task and name = p_name); end if;
  if p_hops is not null then
    -- Not by note_run: a function in plain SQL is planned anew with each call.
    select number into n from huitou.run where id = p_task;
    if n is not null then perform huitou.add_hops(n, p_hops); end if;
  end if;
  return kept;
end $$;

-- Attempts that failed. Those of processes that died, and those that were given back, are none.
alter table huitou.run add column failures int not null default 0;

create or replace function huitou.release_run(p_id text, p_epoch int, p_hops json, p_snoozed boolean, p_now bigint) returns boolean
language plpgsql as $$
declare
  n bigint;
begin
  update huitou.run set state = 'waiting', lease_until = p_now, attempt = attempt - p_snoozed::int,
    failures = failures + (not p_snoozed)::int
  where id = p_id and epoch = p_epoch and state = 'running' returning number into n;
  if n is null then return false; end if;
  perform huitou.add_hops(n, p_hops);
  return true;
end $$;

create or replace function huitou.reopen_run(p_id text, p_hops json, p_now bigint) returns boolean language plpgsql as $$
declare
  n bigint;
begin
  update huitou.run set state = 'waiting', round = round + 1, attempt = 0, failures = 0, lease_until = p_now, progress = null,
    why = null, started_at = null, ended_at = null
  where id = p_id and ended_at is not null returning number into n;
  if n is null then return false; end if;
  perform huitou.add_hops(n, p_hops);
  return true;
end $$;
