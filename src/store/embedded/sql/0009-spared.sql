-- What a live run has said stays, or it would be said again.
create function huitou.sweep_deliveries(p_before bigint, p_limit int) returns int language plpgsql as $$
declare
  n int;
begin
  delete from huitou.delivery where id in (
    select d.id from huitou.delivery d
    where d.ended_at < p_before and not exists (select from huitou.run r where r.id = d.task and r.ended_at is null)
    order by d.ended_at limit p_limit);
  get diagnostics n = row_count;
  return n;
end $$;

-- At most p_limit of each kind; how many rows people would count, and the files whose bytes are to go as well.
create or replace function huitou.sweep(p_now bigint, p_runs_before bigint, p_deliveries_before bigint, p_limit int) returns json
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

  swept := swept + huitou.sweep_deliveries(p_deliveries_before, p_limit);

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
