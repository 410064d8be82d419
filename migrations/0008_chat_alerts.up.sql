-- A transactional outbox: the changes of which users have still to be notified. A row
-- is inserted in the transaction of the change, and deleted when the users are
-- notified. It has ids but no texts, so that a notification has the state at the time
-- of its sending. No foreign keys: sending a message must stay cheap.
create table chat.alerts (
  id         bigint generated always as identity primary key,
  kind       text not null check (kind in ('message', 'edit', 'deletion', 'reaction', 'unreaction', 'invitation')),
  room_id    bigint not null,
  message_id bigint,                       -- null for an invitation
  actor_id   bigint not null,              -- the user that made the change
  user_id    bigint,                       -- of an invitation: the user that was added
  emoji      text,                         -- of a reaction
  seq        bigint not null default 0,    -- the room's seq at the change
  at         timestamptz not null default now(),
  attempts   integer not null default 0,
  due_at     timestamptz not null default now() -- later after each failure (backoff)
);
create index alerts_of_a_message on chat.alerts (message_id, id);
