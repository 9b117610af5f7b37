-- Everything the simulated provider knows. `state` holds a payment as the rules see it; the columns beside it are what
-- is searched by and what an auditor adds up. Text keys compare bytewise, so that an index on them grows at its end.

create table payment (
  payment_key  text collate "C" primary key,
  mid          text collate "C" not null,
  order_id     text collate "C" not null,
  status       text not null,
  total_amount bigint not null check (total_amount > 0),
  captured     bigint not null check (captured in (0, total_amount)),
  refunded     bigint not null check (refunded between 0 and captured),
  approved     boolean not null,
  -- When the state it is in ends by itself: an unused window, an approval nobody confirmed, an account nobody paid into.
  lapses_at    bigint,
  state        json not null
);
create index payment_of_order on payment (mid, order_id);
-- An order number is approved at most once in a merchant's life.
create unique index payment_approved_once on payment (mid, order_id) where approved;
create index payment_lapsing on payment (lapses_at) where lapses_at is not null;

-- Each movement of money: positive when it came, negative when it went back. Only ever added to.
create table transaction (
  transaction_key text collate "C" primary key,
  mid             text collate "C" not null,
  payment_key     text collate "C" not null references payment,
  order_id        text collate "C" not null,
  method          text not null,
  status          text not null,
  amount          bigint not null,
  at              bigint not null
);
create index transaction_in_time on transaction (mid, at, transaction_key);

-- First answers, repeated byte for byte for 15 days. `scope` is a digest of key, API key, method and address.
create table answer (
  scope    text collate "C" primary key,
  status   smallint not null,
  body     text not null,
  first_at bigint not null
);
create index answer_age on answer using brin (first_at);

-- Webhooks not yet accepted. One leased to a process has a due time in the near future and is found again after a crash.
create table webhook (
  id              uuid primary key,
  transmission_id uuid not null,
  event           text not null,
  body            text not null,
  tries           smallint not null default 0,
  due_at          bigint,
  created_at      bigint not null,
  last_error      text
);
create index webhook_due on webhook (due_at) where due_at is not null;

-- Faults switched on, per kind of call.
create table fault (
  name      text not null,
  scope     text not null,
  settings  json not null,
  remaining integer check (remaining >= 0),
  primary key (name, scope)
);
