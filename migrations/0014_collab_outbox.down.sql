drop index collab.alerts_due;
alter table collab.alerts drop column id, drop column at, drop column attempts, drop column due_at;
