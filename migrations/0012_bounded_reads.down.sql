alter table collab.documents alter column updated_at type timestamptz;
drop table chat.mentions;
