drop index dashboard.announcements_due;
alter table dashboard.announcements drop column id, drop column at, drop column attempts, drop column due_at;
