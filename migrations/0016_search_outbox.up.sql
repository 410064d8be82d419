-- A transactional outbox: what saved searches have found and their owners are not yet
-- notified of. A row is inserted in the transaction that moves the watermark in
-- search.told. It quotes nothing: a notification has the entry as it is when it is sent.
create table search.findings (
  id       bigint generated always as identity primary key,
  saved_id bigint not null references search.saved (id) on delete cascade,
  kind     text not null,                        -- with entry_id: the key of search.entries
  entry_id bigint not null,
  at       timestamptz not null default now(),
  attempts integer not null default 0,
  due_at   timestamptz not null default now(),   -- later while a node has claimed it, and after each failure
  constraint one_finding_of_an_entry unique (saved_id, kind, entry_id)
);
create index findings_due on search.findings (due_at, id);
