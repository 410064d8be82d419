create schema notify;

-- One row a person: taken for update by every change of their notifications, so
-- that these have an order, and the count is that of a moment.
create table notify.people (
  user_id      bigint primary key references account.users (id) on delete cascade,
  seq          bigint not null default 0,  -- grows by one with every change
  unread       integer not null default 0, -- shown, not read, not snoozed, as of seq
  all_read_seq bigint not null default 0   -- the seq at which all were marked as read
);

create table notify.preferences (
  user_id    bigint primary key references account.users (id) on delete cascade,
  types      jsonb not null default '{}', -- type → {"inApp","push"}; a type that is missing is on
  quiet_from text,                        -- HH:MM on the clock of time_zone
  quiet_to   text,
  time_zone  text,                        -- an IANA name
  constraint quiet_hours_are_whole check (num_nulls(quiet_from, quiet_to, time_zone) in (0, 3))
);

create table notify.notifications (
  id            bigint generated always as identity primary key, -- ascending in the order of a person's seq
  user_id       bigint not null references account.users (id) on delete cascade,
  seq           bigint not null,             -- the person's, at the latest change
  created_seq   bigint not null,             -- and at the first
  change        text not null check (change in ('created', 'updated', 'read', 'snoozed', 'woken', 'removed')), -- what the latest was
  unread_after  integer not null default 0,  -- the person's count just after it
  type          text not null,
  group_key     text,                        -- while it is unread, more of the same join it; null: it stands alone
  topic         text,                        -- whoever reads this, to topic_seq, has read it
  topic_seq     bigint not null default 0,
  actors        bigint[] not null default '{}', -- whose doing it is, the latest first, three at most
  causes        integer not null default 1,  -- how much it tells of
  title         text not null default '',
  message       text not null default '',
  url           text not null default '',
  data          jsonb not null default '{}',
  shown         boolean not null,            -- in the bell; false: its person wants none of this type there
  why           jsonb not null,
  created_at    timestamptz not null,
  read_at       timestamptz,
  snoozed_until timestamptz,                 -- not null: asleep, until somebody wakes it
  removed_at    timestamptz                  -- only its place and its keys are left, so that it does not come back
);
create index notifications_of_a_person on notify.notifications (user_id, id) where shown and removed_at is null;
create index unread_of_a_person on notify.notifications (user_id, id)
  where shown and removed_at is null and read_at is null and snoozed_until is null;
create index changes_of_a_person on notify.notifications (user_id, seq);
create index unread_of_a_topic on notify.notifications (user_id, topic, topic_seq) where read_at is null and removed_at is null;
create unique index one_open_group on notify.notifications (user_id, group_key, shown)
  where removed_at is null and read_at is null and snoozed_until is null;
create index asleep on notify.notifications (snoozed_until) where snoozed_until is not null;
create index removed on notify.notifications (removed_at) where removed_at is not null;

-- What a notification tells of: one thing, or the many of a group.
create table notify.causes (
  id              bigint generated always as identity,
  user_id         bigint not null references account.users (id) on delete cascade,
  key             text not null collate "C",   -- the same one again is the same cause; "a/b" goes when "a" does
  notification_id bigint not null references notify.notifications (id) on delete cascade,
  actor_id        bigint references account.users (id) on delete set null,
  title           text not null,
  titles          text not null,               -- of more than one
  message         text not null,
  url             text not null,
  data            jsonb not null,
  withdrawn       boolean not null default false,
  primary key (user_id, key)
);
create index causes_by_key on notify.causes (key);
create index causes_of_a_notification on notify.causes (notification_id, id);
