create schema collab;

create table collab.documents (
  id             bigint generated always as identity primary key,
  title          text not null check (char_length(title) between 1 and 200),
  visibility     text not null default 'private' check (visibility in ('private', 'everyone')), -- everyone: any signed-in user reads
  schema         integer not null default 1,  -- the version of the editor's schema; an older editor may not join
  epoch          integer not null default 1,  -- the edition; grows by one when the document's history is erased
  seq            bigint not null default 0,   -- of the last update in the log; locked by the transaction that adds one
  tail_rows      integer not null default 0,  -- updates after the newest snapshot
  tail_bytes     bigint not null default 0,
  snapshot_bytes bigint not null default 0,
  next_client    bigint not null default 1,   -- the next Yjs client to assign; client 0 is the seed's
  state          text not null default 'ok' check (state in ('ok', 'full', 'broken')), -- broken: a compaction gave another document, so all rows are kept
  text           text not null default '',    -- as of text_seq, for search and previews
  text_seq       bigint not null default 0,
  text_at        timestamptz not null default now(),
  text_tsv       tsvector generated always as (to_tsvector('simple', left(title || ' ' || text, 200000))) stored,
  version_seq    bigint not null default 0,   -- of the newest version
  version_at     timestamptz not null default now(),
  created_by     bigint not null references account.users (id),
  updated_by     bigint not null references account.users (id),
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now()
);
create index documents_by_time on collab.documents (updated_at desc, id desc);
create index documents_by_text on collab.documents using gin (text_tsv);
create index documents_unread on collab.documents (text_at) where text_seq < seq;
create index documents_unversioned on collab.documents (version_at) where version_seq < seq;

create table collab.members (
  doc_id  bigint not null references collab.documents (id) on delete cascade,
  user_id bigint not null references account.users (id) on delete cascade,
  role    text not null check (role in ('owner', 'editor', 'viewer')),
  since   timestamptz not null default now(),
  primary key (doc_id, user_id)
);
create index members_of_a_user on collab.members (user_id);

-- The log. Updates are appended; those that two snapshots cover are deleted. A document is its
-- newest snapshot and the updates of greater seq.
create table collab.updates (
  doc_id     bigint not null references collab.documents (id) on delete cascade,
  seq        bigint not null,                 -- without holes
  user_id    bigint not null references account.users (id),
  bytes      bytea not null,                  -- depends on updates of lower seqs only
  created_at timestamptz not null default now(),
  primary key (doc_id, seq)
);

create table collab.snapshots (               -- the latest two of a document
  doc_id     bigint not null references collab.documents (id) on delete cascade,
  seq        bigint not null,                 -- contains all updates up to it
  bytes      bytea not null,
  sv         bytea not null,
  created_at timestamptz not null default now(),
  primary key (doc_id, seq)
);

create table collab.versions (
  id         bigint generated always as identity primary key,
  doc_id     bigint not null references collab.documents (id) on delete cascade,
  seq        bigint not null,
  epoch      integer not null,
  kind       text not null check (kind in ('auto', 'named', 'restore')), -- restore: the state before a restore
  name       text not null default '' check (char_length(name) <= 120),
  authors    bigint[] not null,               -- the users that wrote since the previous version
  bytes      bytea not null,                  -- the whole document, compacted
  text       text not null,
  created_at timestamptz not null default now()
);
create index versions_of_a_document on collab.versions (doc_id, id);

-- The user that may write as a Yjs client, and so is the author of its units.
create table collab.clients (
  doc_id  bigint not null references collab.documents (id) on delete cascade,
  client  bigint not null,
  user_id bigint not null references account.users (id) on delete cascade,
  plain   boolean not null default false,     -- the server's client for what the user writes without an editor
  seen_at timestamptz,                        -- when it was last seen in the document; null: it has left
  since   timestamptz not null default now(),
  primary key (doc_id, client)
);
create index clients_here on collab.clients (doc_id, seen_at) where seen_at is not null;
create unique index one_plain_client on collab.clients (doc_id, user_id) where plain;

create table collab.threads (
  id          bigint generated always as identity primary key,
  doc_id      bigint not null references collab.documents (id) on delete cascade,
  anchor      jsonb not null,                 -- two relative positions of Yjs: {"start":…,"end":…}
  quote       text not null default '' check (char_length(quote) <= 500), -- the selected text
  created_by  bigint not null references account.users (id),
  created_at  timestamptz not null default now(),
  resolved_by bigint references account.users (id),
  resolved_at timestamptz
);
create index threads_of_a_document on collab.threads (doc_id, id);

create table collab.comments (
  id         bigint generated always as identity primary key,
  thread_id  bigint not null references collab.threads (id) on delete cascade,
  author_id  bigint not null references account.users (id),
  text       text not null check (char_length(text) between 1 and 2000),
  created_at timestamptz not null default now()
);
create index comments_of_a_thread on collab.comments (thread_id, id);

-- A transactional outbox: the users that are not yet notified of a comment.
create table collab.alerts (
  comment_id bigint not null references collab.comments (id) on delete cascade,
  user_id    bigint not null references account.users (id) on delete cascade,
  mentioned  boolean not null,                -- false: the user takes part in the thread
  primary key (comment_id, user_id)
);

alter table collab.updates alter column bytes set compression lz4;
alter table collab.snapshots alter column bytes set compression lz4;
alter table collab.versions alter column bytes set compression lz4;
