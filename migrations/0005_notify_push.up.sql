-- Web Push of the feature notify.

-- The key pair by which push services recognise this instance (VAPID, RFC 8292). The
-- first node inserts the only row. Browsers subscribe to the public key, so it never
-- changes.
create table notify.push_keys (
  one         boolean primary key default true check (one),
  public_key  text not null, -- base64url: a point of P-256, uncompressed
  private_key text not null, -- base64url: its scalar
  created_at  timestamptz not null default now()
);

-- A browser that is subscribed to pushes.
create table notify.push_subscriptions (
  id           bigint generated always as identity primary key,
  user_id      bigint not null references account.users (id) on delete cascade,
  session      text not null,        -- the session that subscribed; no pushes after it has ended
  endpoint     text not null unique check (char_length(endpoint) <= 1024), -- a browser has one, for whichever user is signed in
  p256dh       text not null,        -- base64url: the browser's public key
  auth         text not null,        -- base64url: its secret
  device       text not null,        -- "Firefox on Linux"
  created_at   timestamptz not null,
  renewed_at   timestamptz not null, -- when the browser last renewed the subscription
  delivered_at timestamptz,          -- when the push service last accepted a push; null: never
  failed_at    timestamptz,          -- when it last refused one; null: never
  failure      text not null default '', -- the reason in words
  silent       integer not null default 0, -- pushes that only withdraw a notification, since silent_since
  silent_since timestamptz
);
create index push_subscriptions_of_a_person on notify.push_subscriptions (user_id, renewed_at);

-- Why a subscription was deleted, for the browser that still has it.
create table notify.push_endings (
  endpoint text primary key,
  ending   text not null check (ending in ('removed', 'gone')), -- by the user; by the push service
  ended_at timestamptz not null
);
create index push_endings_by_age on notify.push_endings (ended_at);

-- A notification for which the pusher decides at due_at whether to push it.
create table notify.pushes (
  notification_id bigint primary key references notify.notifications (id) on delete cascade,
  due_at          timestamptz not null
);
create index pushes_by_time on notify.pushes (due_at);

-- The delivery of a notification to a device, and its outcome.
create table notify.push_deliveries (
  id              bigint generated always as identity primary key,
  notification_id bigint not null references notify.notifications (id) on delete cascade,
  subscription_id bigint references notify.push_subscriptions (id) on delete set null,
  device          text not null,      -- copied from the subscription, which may be deleted
  state           text not null check (state in ('waiting', 'shown', 'failed', 'gone', 'dropped', 'withdrawing', 'withdrawn', 'left')),
  due_at          timestamptz not null, -- while waiting or withdrawing: the time of the next attempt
  attempts        integer not null default 0,
  changed_at      timestamptz not null,
  detail          text not null default '', -- the answer of the push service
  unique (notification_id, subscription_id)
);
create index push_deliveries_to_do on notify.push_deliveries (state, due_at) where state in ('waiting', 'withdrawing');
create index push_deliveries_shown on notify.push_deliveries (changed_at) where state = 'shown';
create index push_deliveries_of_a_device on notify.push_deliveries (subscription_id);
