alter table account.tokens drop column expires_at;
