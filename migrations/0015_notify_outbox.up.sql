-- The columns of internal/base/outbox, for the pushes that are to be decided.
alter table notify.pushes
  add column id       bigint generated always as identity unique,
  add column at       timestamptz not null default now(),
  add column attempts integer not null default 0;
create index pushes_due on notify.pushes (due_at, id);
drop index notify.pushes_by_time;
