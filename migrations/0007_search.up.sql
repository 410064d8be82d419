create schema search;

-- What can be found. The features write their rows in their own transactions.
create table search.entries (
  kind     text not null check (kind in ('product', 'message', 'document', 'user', 'room')),
  id       bigint not null,
  title    text not null,
  body     text not null,
  url      text not null,
  scope    text not null,                -- 'public': everybody signed in; else whoever has a grant of it
  data     jsonb not null,               -- what a result carries beside the above
  actor_id bigint,                       -- who wrote it: their own saved searches do not tell them
  at       timestamptz not null,         -- of equally good ones the newest is first
  words    tsvector not null,            -- made in Go (words.go); '#product' says the kind
  name     text,                         -- the title's words, to be found with typos; null: not by typos
  primary key (kind, id)
);
create index words_of_entries on search.entries using gin (words);

-- Who may see a scope that is not public.
create table search.grants (
  scope   text not null,
  user_id bigint not null references account.users (id) on delete cascade,
  primary key (user_id, scope)
);

-- What has changed, for standing queries and saved searches: a row for each call.
create table search.changes (
  xid     xid8 not null default pg_current_xact_id(), -- readers compare it with snapshots: see changesSince
  at      timestamptz not null default clock_timestamp(),
  kinds   text[],
  ids     bigint[],
  befores tsvector[],                    -- their words before; null: it was not there
  users   bigint[]                       -- who was given or lost a scope
);
create index changes_by_xid on search.changes (xid);

-- How far the saved searches have been told, as a snapshot; one row.
create table search.told (
  upto pg_snapshot not null
);
insert into search.told values (pg_current_snapshot());

create table search.saved (
  id         bigint generated always as identity primary key,
  user_id    bigint not null references account.users (id) on delete cascade,
  query      text not null check (char_length(query) between 1 and 500),
  kinds      text[] not null,
  notify     boolean not null,
  created_at timestamptz not null default now(),
  constraint one_saved_search_of_a_kind unique (user_id, query, kinds)
);

-- What was there before the index, feature by feature.
create table search.backfills (
  source  text primary key,
  upto    bigint not null default 0,     -- the last id that is in the index
  done_at timestamptz                    -- null: there is more
);

-- tolerate_typos says whether names are found in spite of typos. It takes the
-- extension pg_trgm, which may not be installed, or not be ours to create.
create function search.tolerate_typos() returns boolean language plpgsql as $$
begin
  create extension if not exists pg_trgm;
  create index if not exists names_of_entries on search.entries using gin (name gin_trgm_ops) where name is not null;
  return true;
exception
  when undefined_file or feature_not_supported or insufficient_privilege or undefined_object or invalid_schema_name then
    return false;
end
$$;
select search.tolerate_typos();
