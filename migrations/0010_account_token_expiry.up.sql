alter table account.tokens add column expires_at timestamptz; -- null: until it is revoked

create index tokens_expiry on account.tokens (expires_at);
