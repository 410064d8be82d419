create schema chat;

create table chat.rooms (
  id          bigint generated always as identity primary key,
  kind        text not null check (kind in ('public', 'private', 'direct')),
  name        text not null check (char_length(name) <= 80),
  topic       text not null default '' check (char_length(topic) <= 250),
  seq         bigint not null default 0,           -- grows by one with each change of a message
  direct_low  bigint references account.users (id), -- the two users of a direct room, the lower id first
  direct_high bigint references account.users (id),
  archived_at timestamptz,
  created_at  timestamptz not null default now(),
  check ((kind = 'direct') = (direct_low is not null and direct_high is not null)),
  constraint one_direct_room_a_pair unique (direct_low, direct_high)
);
create unique index public_room_name on chat.rooms (lower(name)) where kind = 'public';

create table chat.members (
  room_id   bigint not null references chat.rooms (id) on delete cascade,
  user_id   bigint not null references account.users (id) on delete cascade,
  role      text not null default 'member' check (role in ('owner', 'member')),
  read_seq  bigint not null default 0,             -- read watermark: messages with created_seq up to it are read
  joined_at timestamptz not null default now(),
  primary key (room_id, user_id)
);
create index members_of_a_user on chat.members (user_id);

create table chat.messages (
  id          bigint generated always as identity primary key,
  room_id     bigint not null references chat.rooms (id) on delete cascade,
  sender_id   bigint not null references account.users (id),
  seq         bigint not null,                     -- the room's seq at the latest change of the message
  created_seq bigint not null,                     -- the room's seq at its creation; unread counts go by it
  text        text not null,
  html        text not null,                       -- text, rendered as Markdown and sanitised
  client_id   uuid,                                -- the sender's idempotency key
  reply_to    bigint references chat.messages (id),
  mentions    bigint[] not null default '{}',
  created_at  timestamptz not null default now(),
  edited_at   timestamptz,
  deleted_at  timestamptz,
  constraint one_change_a_seq unique (room_id, seq),
  constraint one_message_a_client_id unique (sender_id, client_id)
);
create index messages_of_a_room on chat.messages (room_id, id) where deleted_at is null;
create index unread_of_a_room on chat.messages (room_id, created_seq) where deleted_at is null;

create table chat.reactions (
  message_id bigint not null references chat.messages (id) on delete cascade,
  user_id    bigint not null references account.users (id) on delete cascade,
  emoji      text not null,
  created_at timestamptz not null default now(),
  primary key (message_id, emoji, user_id)
);
