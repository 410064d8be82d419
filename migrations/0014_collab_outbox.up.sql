-- The columns of internal/base/outbox.
alter table collab.alerts
  add column id       bigint generated always as identity unique,
  add column at       timestamptz not null default now(),
  add column attempts integer not null default 0,
  add column due_at   timestamptz not null default now(); -- later while a node has claimed it, and after each failure
create index alerts_due on collab.alerts (due_at, id);
