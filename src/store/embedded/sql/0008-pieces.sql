-- The items of an `all`, with the run that they are pieces of. They go with their run.
create table huitou.fan (
  run text collate "C" not null,
  id text collate "C" not null,
  name json not null,
  count int not null,
  round int not null,
  -- Its first one.
  since int not null,
  opened_at bigint not null,
  ended int not null default 0,
  done int not null default 0,
  -- The items before it have begun.
  next int not null default 0,
  primary key (run, id)
) with (fillfactor = 50);

create table huitou.piece (
  run text collate "C" not null,
  fan text collate "C" not null,
  place int not null,
  item json not null,
  ending json,
  is_done boolean not null default false,
  -- What began when it ended; `is_last` when nothing was left.
  after int,
  is_last boolean not null default false,
  primary key (run, fan, place)
) with (fillfactor = 75);

create function huitou.begin_piece(p_run text, p_fan text) returns int language plpgsql as $$
declare
  n int;
begin
  select p.place into n from huitou.piece p join huitou.fan f on f.run = p.run and f.id = p.fan
  where p.run = p_run and p.fan = p_fan and p.place >= f.next and p.ending is null order by p.place limit 1;
  update huitou.fan set next = coalesce(n + 1, count) where run = p_run and id = p_fan;
  return n;
end $$;

-- With a round, nothing when that is not the fan's.
create function huitou.find_fan(p_run text, p_fan text, p_round int) returns json language sql stable as $$
  select json_build_object(
    'id', f.id, 'name', f.name, 'count', f.count, 'ended', f.ended, 'done', f.done, 'openedAt', f.opened_at,
    'round', f.round, 'since', f.since,
    'underWay', (
      select coalesce(json_agg(json_build_object('index', p.place, 'item', p.item) order by p.place), '[]') from huitou.piece p
      where p.run = f.run and p.fan = f.id and p.place < f.next and p.ending is null
    )
  ) from huitou.fan f where f.run = p_run and f.id = p_fan and (p_round is null or f.round = p_round)
$$;

create function huitou.open_fan(
  p_run text, p_fan text, p_name json, p_items json, p_at_once int, p_round int, p_now bigint
) returns json language plpgsql as $$
declare
  was int := (select round from huitou.fan where run = p_run and id = p_fan);
begin
  if was is null then
    insert into huitou.fan (run, id, name, count, round, since, opened_at)
      values (p_run, p_fan, p_name, json_array_length(p_items), p_round, p_round, p_now);
    insert into huitou.piece (run, fan, place, item)
      select p_run, p_fan, place - 1, item from json_array_elements(p_items) with ordinality as given (item, place);
  elsif was < p_round then
    update huitou.piece set ending = case when is_done then ending end, after = null, is_last = false
    where run = p_run and fan = p_fan;
    update huitou.fan set round = p_round, opened_at = p_now, ended = done, next = 0 where run = p_run and id = p_fan;
  end if;
  if was is null or was < p_round then
    for _ in 1 .. p_at_once loop perform huitou.begin_piece(p_run, p_fan); end loop;
  end if;
  return huitou.find_fan(p_run, p_fan, null);
end $$;

create function huitou.settle_piece(p_run text, p_fan text, p_place int, p_end json, p_is_done boolean) returns json
language plpgsql as $$
declare
  settled huitou.piece;
  was_last boolean;
begin
  update huitou.piece set ending = p_end, is_done = p_is_done
  where run = p_run and fan = p_fan and place = p_place and ending is null;
  if found then
    update huitou.fan set ended = ended + 1, done = done + p_is_done::int where run = p_run and id = p_fan
    returning ended = count into was_last;
    update huitou.piece set is_last = was_last, after = case when not was_last then huitou.begin_piece(p_run, p_fan) end
    where run = p_run and fan = p_fan and place = p_place;
  end if;
  select * into settled from huitou.piece where run = p_run and fan = p_fan and place = p_place;
  if settled.run is null then return null; end if;
  return (
    select json_build_object('round', f.round, 'since', f.since, 'count', f.count, 'isLast', settled.is_last, 'next', (
      select json_build_object('index', p.place, 'item', p.item) from huitou.piece p
      where p.run = p_run and p.fan = p_fan and p.place = settled.after
    )) from huitou.fan f where f.run = p_run and f.id = p_fan
  );
end $$;

create function huitou.ends_of_fan(p_run text, p_fan text) returns json language sql stable as $$
  select coalesce(json_agg(ending order by place), '[]') from huitou.piece where run = p_run and fan = p_fan
$$;

create function huitou.list_fans(p_run text) returns json language sql stable as $$
  select coalesce(json_agg(huitou.find_fan(run, id, null)), '[]') from huitou.fan where run = p_run
$$;

create function huitou.forget_pieces() returns trigger language plpgsql as $$
begin
  delete from huitou.piece where run = old.id;
  delete from huitou.fan where run = old.id;
  return null;
end $$;
create trigger run_gone after delete on huitou.run for each row execute function huitou.forget_pieces();

-- As before; pieces of others stand in no list.
create or replace function huitou.list_runs(
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
        and r.task -> 'piece' is null
      order by r.number desc limit p_limit
    ) page
  );
end $$;
