-- Sends whose answer was lost are looked for before anything is sent again; pauses of one chat can be ended.
-- A send begun then may have arrived.
alter table huitou.delivery add column doubt_since bigint;

create or replace function huitou.record_of(d huitou.delivery) returns json language sql immutable as $$
  select json_build_object(
    'delivery', d.delivery, 'state', d.state, 'attempts', d.attempts, 'route', d.route, 'receipt', d.receipt, 'why', d.why,
    'maybeTwice', d.maybe_twice, 'doubtSince', d.doubt_since, 'updatedAt', d.updated_at, 'expiresAt', d.expires_at)
$$;

drop function huitou.take_delivery(text, text, bigint, bigint, bigint[], bigint[], text, boolean);
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

drop function huitou.settle_delivery(text, int, text, text, json, text, bigint, boolean, bigint);
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

create or replace function huitou.resend_delivery(p_id text, p_expires_at bigint, p_now bigint) returns boolean language plpgsql as $$
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
