create schema dashboard;

create table dashboard.products (
  id          bigint generated always as identity primary key,
  name        text not null check (char_length(name) between 1 and 120),
  description text not null default '' check (char_length(description) <= 2000),
  price       numeric(12, 2) not null check (price between 0 and 1000000),
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  deleted_at  timestamptz -- not offered any more; its orders keep it
);
create index products_by_name on dashboard.products (lower(name), id) where deleted_at is null;

create table dashboard.orders (
  id           bigint generated always as identity primary key,
  customer     text not null check (char_length(customer) between 1 and 100),
  product_id   bigint not null references dashboard.products (id),
  quantity     int not null check (quantity between 1 and 1000),
  amount       numeric(14, 2) not null, -- price times quantity when it was placed; never changes
  status       text not null default 'pending' check (status in ('pending', 'completed', 'shipped', 'cancelled')),
  placed_by    bigint references account.users (id) on delete set null, -- null: the simulator, or somebody who is gone
  client_id    uuid,                    -- made by the client: the same one again is the same order
  simulated    boolean not null default false,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  completed_at timestamptz              -- when it earned its amount; null: it has not
);
create unique index one_order_a_client_id on dashboard.orders (placed_by, client_id) where client_id is not null;
create index orders_by_status on dashboard.orders (status, id);
create index simulated_orders on dashboard.orders (id) where simulated;
create index simulated_orders_by_status on dashboard.orders (status, id) where simulated;

-- What has been counted so far. A transaction that changes an order adds to one
-- of the shards, at random, so that they do not all wait for one row; the sum of
-- the shards is the truth.
create table dashboard.totals (
  shard   smallint primary key,
  orders  bigint not null default 0,
  pending bigint not null default 0,
  revenue numeric(20, 2) not null default 0, -- of completed and shipped orders
  changes bigint not null default 0          -- grows by one with every change of an order
) with (fillfactor = 20);                    -- updates find room in the row's own page
insert into dashboard.totals (shard) select generate_series(0, 7);

-- The same over time, in steps: an order counts when it was placed, its revenue
-- when it was completed.
create table dashboard.series (
  step    int not null,         -- seconds: 10, 60 or 900
  at      timestamptz not null, -- the step's begin
  shard   smallint not null,
  orders  bigint not null,
  revenue numeric(20, 2) not null,
  primary key (step, at, shard)
) with (fillfactor = 50);

create table dashboard.sales (
  step       int not null,      -- seconds: 60, 300 or 3600
  at         timestamptz not null,
  product_id bigint not null references dashboard.products (id),
  shard      smallint not null,
  orders     bigint not null,
  revenue    numeric(20, 2) not null,
  primary key (step, at, product_id, shard)
) with (fillfactor = 50);

-- Orders of which the admins have yet to be told.
create table dashboard.announcements (
  order_id bigint primary key references dashboard.orders (id) on delete cascade
);

-- The demo's simulator: one row. Of several nodes the holder simulates, while
-- somebody watches there.
create table dashboard.simulator (
  id     boolean primary key default true check (id),
  rate   int not null default 1 check (rate between 0 and 50), -- orders a second
  holder text,
  until  timestamptz -- then any other node may take over
);
insert into dashboard.simulator default values;

create table dashboard.counter (
  id    boolean primary key default true check (id),
  count bigint not null default 0
);
insert into dashboard.counter default values;
