-- What is to be done again and again: the record as it is, and beside it what is looked for.
create table huitou.schedule (
  id text collate "C" primary key,
  number bigint generated always as identity unique,
  version int not null default 1,
  owner text collate "C" not null,
  look_at bigint,
  record json not null
) with (fillfactor = 50);
create index on huitou.schedule (look_at) where look_at is not null;
create index on huitou.schedule (owner);

create function huitou.create_schedule(p_id text, p_owner text, p_look_at bigint, p_record json) returns json language plpgsql as $$
declare
  s huitou.schedule;
begin
  select * into s from huitou.schedule where id = p_id;
  if found then return json_build_object('created', false, 'row', s); end if;
  insert into huitou.schedule (id, owner, look_at, record) values (p_id, p_owner, p_look_at, p_record) returning * into s;
  return json_build_object('created', true, 'row', s);
end $$;
