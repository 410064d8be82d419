create schema presence;

create table presence.people (
  user_id      bigint primary key references account.users (id) on delete cascade,
  status       text not null default 'online' check (status in ('online', 'away', 'busy', 'invisible')),
  text         text not null default '' check (char_length(text) <= 80),
  version      bigint not null default 0, -- grows by one with every choice: which of two is the newer
  last_seen_at timestamptz                -- when they went offline, as others saw it; null: never did
);

-- Leases say who is connected now. After a crash of the database every node
-- writes its own anew, so they are not worth the write-ahead log.
create unlogged table presence.nodes (
  id         text primary key,             -- made at the start of a process
  name       text not null,                -- for people who ask where a lease is
  started_at timestamptz not null default now(),
  seen_at    timestamptz not null default now(), -- its last heartbeat
  expires_at timestamptz not null          -- then any other node takes its leases away
);

create unlogged table presence.leases (
  user_id bigint not null references account.users (id) on delete cascade,
  node_id text not null references presence.nodes (id),
  idle    boolean not null default false,  -- nobody is active at any of the connections there
  since   timestamptz not null default now(),
  primary key (user_id, node_id)
);
create index leases_of_a_node on presence.leases (node_id);
