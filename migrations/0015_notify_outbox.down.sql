create index pushes_by_time on notify.pushes (due_at);
drop index notify.pushes_due;
alter table notify.pushes drop column id, drop column at, drop column attempts;
