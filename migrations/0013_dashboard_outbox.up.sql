-- The columns of internal/base/outbox, so that an order that cannot be announced does
-- not hold up the others.
alter table dashboard.announcements
  add column id       bigint generated always as identity unique,
  add column at       timestamptz not null default now(),
  add column attempts integer not null default 0,
  add column due_at   timestamptz not null default now(); -- later while a node has claimed it, and after each failure
create index announcements_due on dashboard.announcements (due_at, id);
