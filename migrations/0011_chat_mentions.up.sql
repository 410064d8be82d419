-- The users that messages mention, so that a user's unread mentions are counted without
-- reading the messages. Deleted messages have no mentions. No foreign key to the user:
-- sending a message must stay cheap.
create table chat.mentions (
  user_id     bigint not null,
  room_id     bigint not null,
  created_seq bigint not null, -- of the message; unread counts go by it
  message_id  bigint not null references chat.messages (id) on delete cascade,
  primary key (user_id, room_id, created_seq)
);
create index mentions_of_a_message on chat.mentions (message_id);

insert into chat.mentions (user_id, room_id, created_seq, message_id)
select distinct person, m.room_id, m.created_seq, m.id
  from chat.messages m, unnest(m.mentions) as person
 where m.deleted_at is null and person <> m.sender_id;
