create schema notify;

-- One row for each user. Every change of a user's notifications locks it, so that the
-- changes have an order, and the count is that of one moment.
create table notify.people (
  user_id      bigint primary key references account.users (id) on delete cascade,
  seq          bigint not null default 0,  -- grows by one with each change
  unread       integer not null default 0, -- shown, not read, not snoozed, as of seq
  all_read_seq bigint not null default 0   -- the seq of the latest "mark all as read"
);

create table notify.preferences (
  user_id    bigint primary key references account.users (id) on delete cascade,
  types      jsonb not null default '{}', -- type → {"inApp","push"}; a missing type is on
  quiet_from text,                        -- HH:MM on the clock of time_zone
  quiet_to   text,
  time_zone  text,                        -- an IANA name
  constraint quiet_hours_are_whole check (num_nulls(quiet_from, quiet_to, time_zone) in (0, 3))
);

create table notify.notifications (
  id            bigint generated always as identity primary key, -- ascends in the order of the user's seq
  user_id       bigint not null references account.users (id) on delete cascade,
  seq           bigint not null,             -- the user's seq at the latest change
  created_seq   bigint not null,             -- the user's seq at the creation
  change        text not null check (change in ('created', 'updated', 'read', 'snoozed', 'woken', 'removed')), -- the latest change
  unread_after  integer not null default 0,  -- the user's unread count after the latest change
  type          text not null,
  group_key     text,                        -- further causes with this key join it while it is unread; null: none
  topic         text,                        -- when the user reads the topic up to topic_seq, it is read
  topic_seq     bigint not null default 0,
  actors        bigint[] not null default '{}', -- the users that caused it, the latest first, at most three
  causes        integer not null default 1,  -- the number of its causes
  title         text not null default '',
  message       text not null default '',
  url           text not null default '',
  data          jsonb not null default '{}',
  shown         boolean not null,            -- in the bell; false: the user's preferences exclude the type
  why           jsonb not null,
  created_at    timestamptz not null,
  read_at       timestamptz,
  snoozed_until timestamptz,                 -- not null: snoozed; null again when the snooze has ended
  removed_at    timestamptz                  -- its texts are erased; its keys stay, so that a retry does nothing
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

-- The causes of a notification: one, or several if it is grouped.
create table notify.causes (
  id              bigint generated always as identity,
  user_id         bigint not null references account.users (id) on delete cascade,
  key             text not null collate "C",   -- the idempotency key; withdrawing "a" withdraws "a/b", too
  notification_id bigint not null references notify.notifications (id) on delete cascade,
  actor_id        bigint references account.users (id) on delete set null,
  title           text not null,
  titles          text not null,               -- the title of several causes
  message         text not null,
  url             text not null,
  data            jsonb not null,
  withdrawn       boolean not null default false,
  primary key (user_id, key)
);
create index causes_by_key on notify.causes (key);
create index causes_of_a_notification on notify.causes (notification_id, id);
