drop table chat.mentions;
