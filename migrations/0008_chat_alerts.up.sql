-- What people have still to be told: written together with what it is about,
-- deleted when they were. It says nothing that is said elsewhere, so that what is
-- told is what is true by then. No foreign keys: sending must stay cheap.
create table chat.alerts (
  id         bigint generated always as identity primary key,
  kind       text not null check (kind in ('message', 'edit', 'deletion', 'reaction', 'unreaction', 'invitation')),
  room_id    bigint not null,
  message_id bigint,                       -- null for an invitation
  actor_id   bigint not null,              -- whose doing it is
  user_id    bigint,                       -- of an invitation: who was added
  emoji      text,                         -- of a reaction
  seq        bigint not null default 0,    -- the room's at that change
  at         timestamptz not null default now(),
  attempts   integer not null default 0,
  due_at     timestamptz not null default now() -- it waits longer after each failure
);
create index alerts_of_a_message on chat.alerts (message_id, id);
