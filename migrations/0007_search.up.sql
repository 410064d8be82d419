create schema search;

-- The index. The features write their entries in their own transactions.
create table search.entries (
  kind     text not null check (kind in ('product', 'message', 'document', 'user', 'room')),
  id       bigint not null,
  title    text not null,
  body     text not null,
  url      text not null,
  scope    text not null,                -- 'public': visible to every signed-in user; else to the users with a grant
  data     jsonb not null,               -- further fields of a result
  actor_id bigint,                       -- the author, whose own saved searches do not notify of it
  at       timestamptz not null,         -- of equally ranked results the newest is first
  words    tsvector not null,            -- made in Go (words.go); '#product' is the word of the kind
  name     text,                         -- the title's words, for searches with typos; null: not found with typos
  primary key (kind, id)
);
create index words_of_entries on search.entries using gin (words);

-- The users that may see a scope that is not public.
create table search.grants (
  scope   text not null,
  user_id bigint not null references account.users (id) on delete cascade,
  primary key (user_id, scope)
);

-- The changes of the index, for standing queries and saved searches: one row for each
-- call of the indexing methods.
create table search.changes (
  xid     xid8 not null default pg_current_xact_id(), -- compared with snapshots: see changesSince
  at      timestamptz not null default clock_timestamp(),
  kinds   text[],
  ids     bigint[],
  befores tsvector[],                    -- the words of each entry before the change; null: it was new
  users   bigint[]                       -- the users that were granted or lost a scope
);
create index changes_by_xid on search.changes (xid);

-- The watermark of the saved searches, as a snapshot: changes visible in it are
-- processed. One row.
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

-- The progress of indexing the data that is older than the index, for each feature.
create table search.backfills (
  source  text primary key,
  upto    bigint not null default 0,     -- the last id that is in the index
  done_at timestamptz                    -- null: not complete
);

-- tolerate_typos reports whether names can be found with typos. That needs the
-- extension pg_trgm, which may be missing, or which this role may not create.
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
