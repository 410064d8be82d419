-- For internal/base/outbox: the entries in the order in which they are due.
create index alerts_due on chat.alerts (due_at, id);
