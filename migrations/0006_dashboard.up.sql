create schema dashboard;

create table dashboard.products (
  id          bigint generated always as identity primary key,
  name        text not null check (char_length(name) between 1 and 120),
  description text not null default '' check (char_length(description) <= 2000),
  price       numeric(12, 2) not null check (price between 0 and 1000000),
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  deleted_at  timestamptz -- no longer offered; its orders still refer to it
);
create index products_by_name on dashboard.products (lower(name), id) where deleted_at is null;

create table dashboard.orders (
  id           bigint generated always as identity primary key,
  customer     text not null check (char_length(customer) between 1 and 100),
  product_id   bigint not null references dashboard.products (id),
  quantity     int not null check (quantity between 1 and 1000),
  amount       numeric(14, 2) not null, -- price times quantity when the order was placed; never changes
  status       text not null default 'pending' check (status in ('pending', 'completed', 'shipped', 'cancelled')),
  placed_by    bigint references account.users (id) on delete set null, -- null: the simulator, or a deleted user
  client_id    uuid,                    -- the client's idempotency key
  simulated    boolean not null default false,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  completed_at timestamptz              -- when the order was completed and its amount became revenue; null: not yet
);
create unique index one_order_a_client_id on dashboard.orders (placed_by, client_id) where client_id is not null;
create index orders_by_status on dashboard.orders (status, id);
create index simulated_orders on dashboard.orders (id) where simulated;
create index simulated_orders_by_status on dashboard.orders (status, id) where simulated;

-- A rollup of all orders. A transaction that changes an order adds to a random shard,
-- so that transactions do not all wait for one row. The totals are the sums over the
-- shards.
create table dashboard.totals (
  shard   smallint primary key,
  orders  bigint not null default 0,
  pending bigint not null default 0,
  revenue numeric(20, 2) not null default 0, -- of completed and shipped orders
  changes bigint not null default 0          -- grows by one with each change of an order
) with (fillfactor = 20);                    -- leaves space for HOT updates in the row's page
insert into dashboard.totals (shard) select generate_series(0, 7);

-- The same rollup over time, in steps. An order counts in the step in which it was
-- placed, its revenue in the step in which it was completed.
create table dashboard.series (
  step    int not null,         -- seconds: 10, 60 or 900
  at      timestamptz not null, -- the start of the step
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

-- A transactional outbox: the orders of which the admins are not notified yet.
create table dashboard.announcements (
  order_id bigint primary key references dashboard.orders (id) on delete cascade
);

-- The simulator of the demo: one row. Of several nodes only the holder simulates,
-- while a connection there is subscribed to the dashboard.
create table dashboard.simulator (
  id     boolean primary key default true check (id),
  rate   int not null default 1 check (rate between 0 and 50), -- orders a second
  holder text,
  until  timestamptz -- afterwards any other node may become the holder
);
insert into dashboard.simulator default values;

create table dashboard.counter (
  id    boolean primary key default true check (id),
  count bigint not null default 0
);
insert into dashboard.counter default values;
