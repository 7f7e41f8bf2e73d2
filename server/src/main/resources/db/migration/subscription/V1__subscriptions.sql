-- What is subscribed to, read from the Subscription resources, and how far each has been told.
create table subscription (
    rid        bigint      primary key,           -- of the Subscription in the record
    id         text        not null unique,
    username   text        not null,              -- the account that asked; what it may see is what is told
    party      text        not null,
    topic      text        not null,
    types      text[]      not null,              -- resource types that can trigger it
    filters    text[]      not null,              -- Type?search
    channel    text        not null check (channel in ('rest-hook', 'email', 'websocket')),
    endpoint   text        not null,
    headers    text[]      not null,
    content    text        not null check (content in ('empty', 'id-only', 'full-resource')),
    heartbeat  integer     not null default 0,    -- seconds; 0 none
    timeout    integer     not null,              -- seconds
    most       integer     not null,              -- events in a notification
    ends       timestamptz,
    status     text        not null check (status in ('requested', 'active', 'error', 'off')),
    last       bigint      not null default 0,    -- number of the last event
    delivered  bigint      not null default 0,    -- number of the last event the receiver took
    tries      integer     not null default 0,    -- failures in a row
    next_try   timestamptz not null default now(),
    told       timestamptz not null default now(),
    error      text        not null default '',
    holder     uuid,
    lease      timestamptz
);
create index subscription_types on subscription using gin (types);

-- Written in the transaction of the resource: what changed and may concern a subscription.
create table change (
    n     bigint      generated always as identity primary key,
    rid   bigint      not null,
    rtype text        not null,
    id    text        not null,
    ver   integer     not null,
    what  text        not null check (what in ('create', 'update', 'delete', 'joined')),
    at    timestamptz not null default now()
);

-- What each subscription is to be told, numbered from 1 without gaps.
create table event (
    subscription bigint      not null references subscription on delete cascade,
    n            bigint      not null,
    rid          bigint      not null,
    rtype        text        not null,
    id           text        not null,
    what         text        not null,
    at           timestamptz not null,
    primary key (subscription, n)
);
create index event_at on event (at);

-- Tokens to bind a websocket with, by their SHA-256.
create table binding (
    hash         bytea       primary key,
    subscription bigint      not null references subscription on delete cascade,
    username     text        not null,
    expires      timestamptz not null
);
