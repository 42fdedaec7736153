-- Where tasks stand in their rows. One that was opened again has a new place. Whoever has ended is taken out when somebody looks.
-- A task that waits to be called is parked: its lease_until is the time when it comes by itself.
create table huitou.place (
  row text collate "C" not null,
  seq bigint generated always as identity,
  task text collate "C" not null,
  round int not null,
  primary key (row, seq),
  unique (task, round)
);

-- The first of a row that is live.
create function huitou.row_head(p_row text) returns text language plpgsql as $$
declare
  first huitou.place;
begin
  loop
    select * into first from huitou.place where row = p_row order by seq limit 1;
    if first.task is null then return null; end if;
    if exists (select from huitou.run where id = first.task and round = first.round and ended_at is null) then
      return first.task;
    end if;
    delete from huitou.place where row = p_row and seq = first.seq;
  end loop;
end $$;

create function huitou.join_row(
  p_id text, p_task json, p_owner text, p_channel text, p_chat text, p_command text, p_words text, p_hops json, p_now bigint,
  p_row text, p_park_until bigint
) returns json language plpgsql as $$
declare
  found_or_made record := huitou.make_run(
    p_id, p_task, p_owner, p_channel, p_chat, p_command, p_words, p_hops, p_now, 'waiting', p_now);
  r huitou.run := found_or_made.run;
  head text;
begin
  if r.ended_at is null then
    insert into huitou.place (row, task, round) values (p_row, p_id, r.round) on conflict do nothing;
  end if;
  head := huitou.row_head(p_row);
  -- One that waits for something else keeps its own time.
  if r.state = 'waiting' and r.waits is null and p_park_until is not null then
    update huitou.run set lease_until = case when head = p_id then p_now else p_park_until end where id = p_id returning * into r;
  end if;
  return json_build_object('created', found_or_made.made, 'run', r, 'head', head);
end $$;

create function huitou.head_of_row(p_row text) returns json language sql as $$
  select row_to_json(r) from huitou.run r where r.id = huitou.row_head(p_row)
$$;

create function huitou.list_row(p_row text, p_limit int) returns json language sql as $$
  select coalesce(json_agg(listed.run order by listed.seq), '[]') from (
    select p.seq, r as run from huitou.place p join huitou.run r on r.id = p.task and r.round = p.round and r.ended_at is null
    where p.row = p_row order by p.seq limit p_limit
  ) listed
$$;

create function huitou.ahead_in_row(p_row text, p_id text) returns bigint language sql as $$
  select count(*) from huitou.place p join huitou.run r on r.id = p.task and r.round = p.round and r.ended_at is null
  where p.row = p_row and p.seq < (select max(mine.seq) from huitou.place mine where mine.row = p_row and mine.task = p_id)
$$;

create function huitou.merge_row(
  p_row text, p_head text, p_task json, p_words text, p_hop json, p_ids text[], p_whys text[], p_hops json, p_now bigint
) returns boolean language plpgsql as $$
declare
  n bigint;
begin
  if huitou.row_head(p_row) is distinct from p_head then return false; end if;
  if (
    select count(*) from huitou.place p join huitou.run r on r.id = p.task and r.round = p.round and r.ended_at is null
    where p.row = p_row and r.state = 'waiting' and r.id = any (p_ids || p_head)
  ) <> cardinality(p_ids) + 1 then return false; end if;
  update huitou.run set task = p_task, words = p_words where id = p_head returning number into n;
  perform huitou.add_hops(n, json_build_array(p_hop));
  for i in 1 .. cardinality(p_ids) loop
    delete from huitou.place where row = p_row and task = p_ids[i];
    update huitou.run set state = 'done', why = p_whys[i], lease_until = 0, ended_at = p_now where id = p_ids[i] returning number into n;
    perform huitou.add_hops(n, json_build_array(p_hops -> (i - 1)));
  end loop;
  return true;
end $$;

create function huitou.parked_heads(p_now bigint, p_limit int) returns json language sql as $$
  select coalesce(json_agg(r), '[]') from (
    select r.* from (select distinct p.row from huitou.place p) rows
    join huitou.run r on r.id = huitou.row_head(rows.row)
    where r.state = 'waiting' and r.waits is null and r.lease_until > p_now limit p_limit
  ) r
$$;
