-- What is to be sent. `line` is the chat's key; a delivery is live, that is in its line, while ended_at is null.
create table huitou.delivery (
  id text collate "C" primary key,
  line text collate "C" not null,
  position bigint not null,
  born bigint not null,
  delivery json not null,
  task text collate "C",
  state text not null default 'queued',
  attempts int not null default 0,
  -- Whether a send has begun at all: `attempts` goes back when one cost nothing.
  begun boolean not null default false,
  route text,
  receipt json,
  why text,
  maybe_twice boolean not null default false,
  -- A send begun then may have arrived: it is looked for before anything is sent again.
  doubt_since bigint,
  not_before bigint not null,
  lease_until bigint not null default 0,
  expires_at bigint not null,
  updated_at bigint not null,
  ended_at bigint
) with (fillfactor = 75);
create index delivery_live on huitou.delivery (line, position) where ended_at is null;
create index delivery_task on huitou.delivery (task, born) where task is not null;
create index delivery_ended on huitou.delivery (ended_at) where ended_at is not null;
create sequence huitou.position;

-- Lines that are not empty, and when to look at each.
create table huitou.line (
  key text collate "C" primary key,
  channel text not null,
  chat text not null,
  look_at bigint not null
) with (fillfactor = 50);

-- A channel's or a line's key: nothing of it goes before then.
create table huitou.pause (key text collate "C" primary key, until_ms bigint not null);

-- The sends of an account or a chat, numbered. At most c in any window w: the c-th last one must be w old.
create table huitou.send (
  key text collate "C" not null,
  n bigint not null,
  at bigint not null,
  primary key (key, n)
);
create index send_at on huitou.send (at);

create function huitou.record_of(d huitou.delivery) returns json language sql immutable as $$
  select json_build_object(
    'delivery', d.delivery, 'state', d.state, 'attempts', d.attempts, 'route', d.route, 'receipt', d.receipt, 'why', d.why,
    'maybeTwice', d.maybe_twice, 'doubtSince', d.doubt_since, 'updatedAt', d.updated_at, 'expiresAt', d.expires_at)
$$;

create function huitou.head_of(p_line text) returns huitou.delivery language sql stable as $$
  select d from huitou.delivery d where line = p_line and ended_at is null order by position limit 1
$$;

create function huitou.paused_until(p_channel text, p_line text) returns bigint language sql stable as $$
  select coalesce(max(until_ms), 0) from huitou.pause where key in (p_channel, p_line)
$$;

-- When the limits (count, window in ms, count, window in ms, …) let the next one go.
create function huitou.open_at(p_key text, p_limits bigint[]) returns bigint language plpgsql stable as $$
declare
  last bigint := (select max(n) from huitou.send where key = p_key);
  open bigint := 0;
begin
  if last is null then return 0; end if;
  for i in 1 .. cardinality(p_limits) by 2 loop
    open := greatest(open, (select at from huitou.send where key = p_key and n = last + 1 - p_limits[i]) + p_limits[i + 1]);
  end loop;
  return open;
end $$;

create function huitou.count_send(p_key text, p_limits bigint[], p_now bigint) returns void language plpgsql as $$
declare
  last huitou.send;
  most bigint := 0;
begin
  if cardinality(p_limits) = 0 then return; end if;
  select * into last from huitou.send where key = p_key order by n desc limit 1;
  -- Never before the last one, though a clock may go back: no window is cut short.
  insert into huitou.send values (p_key, coalesce(last.n, 0) + 1, greatest(p_now, last.at));
  -- Those that no limit looks at any more go, many at a time.
  if last.n % 64 = 0 then
    for i in 1 .. cardinality(p_limits) by 2 loop most := greatest(most, p_limits[i]); end loop;
    delete from huitou.send where key = p_key and n <= last.n + 1 - most;
  end if;
end $$;

create function huitou.take_delivery(
  p_line text, p_channel text, p_now bigint, p_lease_ms bigint, p_account bigint[], p_chat bigint[], p_route text,
  p_shows_twice boolean default false, p_looks_up boolean default false
) returns json language plpgsql as $$
declare
  head huitou.delivery;
  wait bigint;
  rode boolean;
  doubt bigint;
  given_up boolean;
  no_limits constant bigint[] := '{}';
begin
  loop
    head := huitou.head_of(p_line);
    if head.id is null then
      delete from huitou.line where key = p_line;
      return json_build_object('state', 'empty');
    end if;
    wait := case when head.state = 'sending' then head.lease_until else 0 end;
    rode := head.state = 'sending' and head.route is not distinct from 'passive';
    doubt := coalesce(head.doubt_since, case when head.state = 'sending' and p_shows_twice then head.updated_at end);
    given_up := rode or doubt is not null and (not p_looks_up or head.expires_at < p_now);
    exit when wait > p_now or not given_up and head.expires_at >= p_now;
    if given_up then
      update huitou.delivery set state = 'unsure', lease_until = 0, updated_at = p_now, ended_at = p_now,
        why = case when rode then 'it rode on an acknowledgement while its process died; whoever got that has read it'
          when head.state = 'sending' then 'its process died while it was sent; it may have arrived'
          else why end
      where id = head.id;
      continue;
    end if;
    update huitou.delivery set state = 'expired', lease_until = 0, updated_at = p_now, ended_at = p_now,
      maybe_twice = maybe_twice or head.state = 'sending'
    where id = head.id;
  end loop;
  if wait <= p_now then
    wait := greatest(
      head.not_before, huitou.paused_until(p_channel, p_line),
      huitou.open_at('account ' || p_channel, case when doubt is null then p_account else no_limits end),
      huitou.open_at('chat ' || p_line, case when doubt is null then p_chat else no_limits end));
  end if;
  if wait > p_now then
    update huitou.line set look_at = wait where key = p_line;
    return json_build_object('state', 'wait', 'untilMs', wait);
  end if;
  update huitou.delivery set state = 'sending', attempts = attempts + 1, begun = true, lease_until = p_now + p_lease_ms,
    updated_at = p_now, maybe_twice = maybe_twice or head.state = 'sending' and doubt is null, route = p_route, doubt_since = doubt
  where id = head.id returning * into head;
  if doubt is null then
    perform huitou.count_send('account ' || p_channel, p_account, p_now);
    perform huitou.count_send('chat ' || p_line, p_chat, p_now);
  end if;
  update huitou.line set look_at = head.lease_until where key = p_line;
  return json_build_object('state', 'yours', 'record', huitou.record_of(head));
end $$;

-- Without p_now (no permit) nothing is taken.
create function huitou.offer_deliveries(
  p_line text, p_channel text, p_chat_name text, p_deliveries json, p_not_before bigint,
  p_now bigint, p_lease_ms bigint, p_account bigint[], p_chat bigint[], p_route text
) returns json language plpgsql as $$
declare
  given json;
  place bigint;
  first text := p_deliveries -> 0 ->> 'id';
  is_first_new boolean := false;
  look bigint;
begin
  for given in select * from json_array_elements(p_deliveries) loop
    place := nextval('huitou.position');
    insert into huitou.delivery (id, line, position, born, delivery, task, not_before, expires_at, updated_at)
    values (
      given ->> 'id', p_line, place, place, given, given ->> 'taskId', p_not_before, (given ->> 'expiresAt')::bigint,
      coalesce(p_now, (given ->> 'createdAt')::bigint))
    on conflict (id) do nothing;
    if found then
      is_first_new := is_first_new or given ->> 'id' = first;
      insert into huitou.line values (p_line, p_channel, p_chat_name, p_not_before) on conflict (key) do nothing;
    end if;
  end loop;
  if p_now is not null and is_first_new and (huitou.head_of(p_line)).id = first then
    return huitou.take_delivery(p_line, p_channel, p_now, p_lease_ms, p_account, p_chat, p_route);
  end if;
  select look_at into look from huitou.line where key = p_line;
  if look is null then return json_build_object('state', 'empty'); end if;
  return json_build_object('state', 'wait', 'untilMs', look);
end $$;

create function huitou.take_passive(p_id text, p_now bigint, p_lease_ms bigint) returns json language plpgsql as $$
declare
  d huitou.delivery;
begin
  update huitou.delivery t set state = 'sending', attempts = attempts + 1, begun = true, lease_until = p_now + p_lease_ms,
    updated_at = p_now, route = 'passive'
  where id = p_id and (state = 'queued' and not begun or state = 'sending' and route is not distinct from 'passive' and lease_until <= p_now)
    and expires_at >= p_now and (huitou.head_of(t.line)).id = p_id
  returning * into d;
  if d.id is null then return null; end if;
  update huitou.line set look_at = d.lease_until where key = d.line;
  return huitou.record_of(d);
end $$;

-- What is left of a line, and when to look at it.
create function huitou.rest_of(p_line text, p_now bigint) returns json language plpgsql as $$
declare
  head huitou.delivery := huitou.head_of(p_line);
  look bigint;
begin
  if head.id is null then
    delete from huitou.line where key = p_line;
    return json_build_object('more', false);
  end if;
  look := greatest(
    p_now, head.not_before, huitou.paused_until(split_part(p_line, ':', 1), p_line),
    case when head.state = 'sending' then head.lease_until end);
  update huitou.line set look_at = look where key = p_line;
  return json_build_object('more', true, 'lookAt', look);
end $$;

create function huitou.settle_delivery(
  p_id text, p_attempt int, p_state text, p_route text, p_receipt json, p_why text, p_not_before bigint, p_costs boolean, p_now bigint,
  p_doubt_since bigint
) returns json language plpgsql as $$
declare
  d huitou.delivery;
begin
  select * into d from huitou.delivery where id = p_id;
  if d.id is null then return json_build_object('more', false); end if;
  if d.state = 'sending' and d.attempts = p_attempt and p_state = 'again' then
    update huitou.delivery set state = 'queued', attempts = attempts - (not p_costs)::int, lease_until = 0,
      not_before = p_not_before, why = p_why, updated_at = p_now, route = null, doubt_since = p_doubt_since
    where id = p_id;
  -- Of a claim that was lost only `sent` counts, for it is true whoever says it.
  elsif d.state = 'sending' and d.attempts = p_attempt or p_state = 'sent' and d.state <> 'sent' then
    update huitou.delivery set state = p_state, route = coalesce(p_route, route), receipt = p_receipt, why = p_why, lease_until = 0,
      updated_at = p_now, ended_at = p_now, doubt_since = null
    where id = p_id;
  end if;
  return huitou.rest_of(d.line, p_now);
end $$;

create function huitou.resend_delivery(p_id text, p_expires_at bigint, p_now bigint) returns boolean language plpgsql as $$
declare
  d huitou.delivery;
begin
  update huitou.delivery set position = nextval('huitou.position'), maybe_twice = maybe_twice or state = 'unsure', state = 'queued',
    not_before = 0, doubt_since = null, expires_at = p_expires_at, updated_at = p_now, ended_at = null
  where id = p_id and state in ('refused', 'expired', 'unsure') returning * into d;
  if d.id is null then return false; end if;
  insert into huitou.line values (d.line, d.delivery #>> '{to,channel}', d.delivery #>> '{to,chat}', p_now) on conflict (key) do nothing;
  return true;
end $$;

create function huitou.prolong_delivery(p_id text, p_attempt int, p_until bigint) returns boolean language plpgsql as $$
declare
  its_line text;
begin
  update huitou.delivery set lease_until = p_until where id = p_id and state = 'sending' and attempts = p_attempt
  returning line into its_line;
  if its_line is null then return false; end if;
  update huitou.line set look_at = p_until where key = its_line;
  return true;
end $$;

create function huitou.resume_line(p_line text, p_now bigint) returns void language plpgsql as $$
begin
  delete from huitou.pause where key = p_line;
  update huitou.delivery set not_before = p_now where id = (huitou.head_of(p_line)).id and state = 'queued';
  if found then update huitou.line set look_at = p_now where key = p_line; end if;
end $$;

create function huitou.said_since(p_line text, p_since bigint) returns json language sql stable as $$
  select coalesce(json_agg(d.receipt ->> 'platformMessageId' order by d.ended_at), '[]') from huitou.delivery d
  where d.ended_at >= p_since and d.line = p_line and d.state = 'sent' and d.receipt ->> 'platformMessageId' is not null
$$;

create function huitou.pause_sends(p_key text, p_until bigint) returns void language sql as $$
  insert into huitou.pause values (p_key, p_until)
  on conflict (key) do update set until_ms = greatest(pause.until_ms, excluded.until_ms)
$$;

create function huitou.waiting_deliveries() returns json language sql stable as $$
  select coalesce(json_object_agg(channel, waiting), '{}') from (
    select split_part(line, ':', 1) as channel, count(*) as waiting from huitou.delivery where ended_at is null group by 1
  ) counted
$$;

create function huitou.due_lines(p_now bigint, p_limit int) returns json language sql stable as $$
  select coalesce(json_agg(json_build_object('channel', channel, 'chat', chat)), '[]') from (
    select * from huitou.line where look_at <= p_now order by look_at limit p_limit
  ) due
$$;

create function huitou.find_deliveries(p_id text, p_task text) returns json language sql stable as $$
  select coalesce(json_agg(huitou.record_of(d) order by d.born), '[]') from huitou.delivery d where d.id = p_id or d.task = p_task
$$;
