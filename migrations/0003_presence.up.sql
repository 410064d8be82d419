create schema presence;

create table presence.people (
  user_id      bigint primary key references account.users (id) on delete cascade,
  status       text not null default 'online' check (status in ('online', 'away', 'busy', 'invisible')),
  text         text not null default '' check (char_length(text) <= 80),
  version      bigint not null default 0, -- grows by one with each choice, so that nodes know the newer of two
  last_seen_at timestamptz                -- when the user last went offline, as others saw it; null: never
);

-- Leases record which users are connected to which nodes. After a crash of the
-- database every node writes its leases again, so these tables are unlogged.
create unlogged table presence.nodes (
  id         text primary key,             -- chosen at the start of the process
  name       text not null,                -- host:port, for the explanation of a user's presence
  started_at timestamptz not null default now(),
  seen_at    timestamptz not null default now(), -- its last heartbeat
  expires_at timestamptz not null          -- afterwards any other node deletes the node and its leases
);

create unlogged table presence.leases (
  user_id bigint not null references account.users (id) on delete cascade,
  node_id text not null references presence.nodes (id),
  idle    boolean not null default false,  -- the user is active on none of the connections there
  since   timestamptz not null default now(),
  primary key (user_id, node_id)
);
create index leases_of_a_node on presence.leases (node_id);
