-- Fair share: a lane's tag last begun, and each owner's tag last given.
create table huitou.lane (name text collate "C" primary key, begun bigint not null) with (fillfactor = 50);
create table huitou.share (
  lane text collate "C" not null,
  owner text collate "C" not null,
  last bigint not null,
  primary key (lane, owner)
) with (fillfactor = 50);

create function huitou.share_tag(p_lane text, p_owner text) returns bigint language plpgsql as $$
declare
  begun bigint := coalesce((select l.begun from huitou.lane l where name = p_lane), 0);
  tag bigint;
begin
  insert into huitou.share as s values (p_lane, p_owner, least(begun + 1, 2000000))
  on conflict (lane, owner) do update set last = least(greatest(begun, s.last) + 1, 2000000)
  returning last into tag;
  return tag;
end $$;

create function huitou.share_advance(p_lane text, p_tag bigint) returns void language sql as $$
  insert into huitou.lane as l values (p_lane, p_tag)
  on conflict (name) do update set begun = greatest(l.begun, excluded.begun)
$$;

create function huitou.share_reset(p_lane text) returns void language sql as $$
  delete from huitou.lane where name = p_lane;
  delete from huitou.share where lane = p_lane;
$$;

create table huitou.access (
  subject text collate "C" not null,
  scene text collate "C" not null,
  command text collate "C" not null,
  valid_from bigint,
  valid_until bigint,
  by text not null,
  at bigint not null,
  primary key (subject, scene, command)
);
create table huitou.audit (id bigint generated always as identity primary key, at bigint not null, by text not null, what text not null);

create function huitou.put_grant(
  p_subject text, p_scene text, p_command text, p_from bigint, p_until bigint, p_grantor text, p_granted_at bigint,
  p_by text, p_now bigint, p_what text
) returns void language sql as $$
  insert into huitou.access values (p_subject, p_scene, p_command, p_from, p_until, p_grantor, p_granted_at)
  on conflict (subject, scene, command) do update
    set valid_from = p_from, valid_until = p_until, by = p_grantor, at = p_granted_at;
  insert into huitou.audit (at, by, what) values (p_now, p_by, p_what);
$$;

create function huitou.remove_grant(p_subject text, p_scene text, p_command text, p_by text, p_now bigint, p_what text)
returns boolean language plpgsql as $$
begin
  delete from huitou.access where subject = p_subject and scene = p_scene and command = p_command;
  if not found then return false; end if;
  insert into huitou.audit (at, by, what) values (p_now, p_by, p_what);
  return true;
end $$;

create function huitou.list_grants(p_subject text) returns json language sql stable as $$
  select coalesce(json_agg(a order by a.subject, a.scene, a.command), '[]')
  from huitou.access a where p_subject is null or a.subject = p_subject
$$;

create function huitou.allows(p_subjects text[], p_scene text, p_command text, p_now bigint) returns boolean language sql stable as $$
  select exists (
    select from huitou.access
    where subject = any (p_subjects) and scene in ('*', p_scene) and command in ('*', p_command)
      and coalesce(valid_from, 0) <= p_now and (valid_until is null or p_now < valid_until))
$$;

create table huitou.lease (name text collate "C" primary key, holder text not null, until_ms bigint not null) with (fillfactor = 50);

create function huitou.take_lease(p_name text, p_holder text, p_now bigint, p_lease_ms bigint) returns boolean language plpgsql as $$
begin
  insert into huitou.lease as l values (p_name, p_holder, p_now + p_lease_ms)
  on conflict (name) do update set holder = excluded.holder, until_ms = excluded.until_ms
    where l.holder = excluded.holder or l.until_ms <= p_now;
  return found;
end $$;

create table huitou.counter (name text collate "C" primary key, value double precision not null, until_ms bigint not null)
with (fillfactor = 50);

create function huitou.add_to_counter(p_name text, p_by double precision, p_now bigint, p_keep_ms bigint) returns double precision
language sql as $$
  insert into huitou.counter as c values (p_name, p_by, p_now + p_keep_ms)
  on conflict (name) do update
    set value = case when c.until_ms > p_now then c.value else 0 end + excluded.value, until_ms = excluded.until_ms
  returning value
$$;

create table huitou.setting (name text collate "C" primary key, value text not null, expires_at bigint);
create index setting_expires on huitou.setting (expires_at) where expires_at is not null;

create function huitou.claim_setting(p_name text, p_value text, p_now bigint, p_expires_at bigint) returns text language sql as $$
  insert into huitou.setting as s values (p_name, p_value, p_expires_at)
  on conflict (name) do update set
    value = case when s.expires_at <= p_now then excluded.value else s.value end,
    expires_at = case when s.expires_at <= p_now then excluded.expires_at else s.expires_at end
  returning value
$$;

-- The bytes lie in files of their own.
create table huitou.file (id text collate "C" primary key, name text not null, type text not null, expires_at bigint not null);
create index file_expires on huitou.file (expires_at);

create table huitou.conversation (chat text collate "C" primary key, last bigint not null) with (fillfactor = 50);
create table huitou.entry (
  chat text collate "C" not null,
  seq bigint not null,
  id text collate "C" not null,
  entry json not null,
  primary key (chat, seq),
  unique (chat, id)
);

-- Numbers go on after a clear, so that a reader who knows the last one misses nothing.
create function huitou.append_entries(p_chat text, p_ids text[], p_entries json, p_keep bigint) returns bigint language plpgsql as $$
declare
  latest bigint;
begin
  insert into huitou.conversation values (p_chat, 0) on conflict do nothing;
  select last into latest from huitou.conversation where chat = p_chat;
  for i in 1 .. coalesce(array_length(p_ids, 1), 0) loop
    insert into huitou.entry values (p_chat, latest + 1, p_ids[i], p_entries -> (i - 1)) on conflict do nothing;
    if found then latest := latest + 1; end if;
  end loop;
  update huitou.conversation set last = latest where chat = p_chat;
  delete from huitou.entry where chat = p_chat and seq <= latest - p_keep;
  return latest;
end $$;

create function huitou.read_entries(p_chat text, p_after bigint, p_limit int) returns json language sql stable as $$
  select coalesce(json_agg(json_build_object('seq', seq, 'id', id, 'entry', entry) order by seq), '[]') from (
    select * from huitou.entry where chat = p_chat and seq > p_after order by seq limit p_limit
  ) read
$$;

-- At most p_limit of each kind; how many rows people would count, and the files whose bytes are to go as well.
create function huitou.sweep(p_now bigint, p_runs_before bigint, p_deliveries_before bigint, p_limit int) returns json
language plpgsql as $$
declare
  swept int := 0;
  n int;
  files json;
begin
  with gone as (
    delete from huitou.run where id in (select id from huitou.run where ended_at < p_runs_before order by ended_at limit p_limit)
    returning id, number
  ), hops as (delete from huitou.hop where run in (select number from gone)
  ), steps as (delete from huitou.step where task in (select id from gone))
  select count(*) into n from gone;
  swept := swept + n;

  delete from huitou.delivery
  where id in (select id from huitou.delivery where ended_at < p_deliveries_before order by ended_at limit p_limit);
  get diagnostics n = row_count;
  swept := swept + n;

  delete from huitou.setting where name in (select name from huitou.setting where expires_at <= p_now limit p_limit);
  get diagnostics n = row_count;
  swept := swept + n;

  delete from huitou.counter where name in (select name from huitou.counter where until_ms <= p_now limit p_limit);
  get diagnostics n = row_count;
  swept := swept + n;

  delete from huitou.lease where name in (select name from huitou.lease where until_ms <= p_now limit p_limit);
  get diagnostics n = row_count;
  swept := swept + n;

  delete from huitou.pause where until_ms <= p_now;
  -- No platform counts over more than a month.
  delete from huitou.send where at < p_now - 32 * 86400000::bigint;

  with gone as (
    delete from huitou.file where id in (select id from huitou.file where expires_at <= p_now limit p_limit) returning id
  ) select coalesce(json_agg(id), '[]'), count(*) into files, n from gone;
  return json_build_object('swept', swept + n, 'files', files);
end $$;
