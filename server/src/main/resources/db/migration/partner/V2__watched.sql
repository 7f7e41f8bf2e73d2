-- A partner may know this server by its keys instead of a token, tells by Subscriptions that something changed, and carries what both
-- sides of a referral write (decision 47).
alter table server add column client_id text;         -- as which the partner's authorization server knows this one; null: by token
alter table server add column scopes    text not null default '';
alter table server add column secret    bytea;        -- that notifications of Subscriptions made here carry, sealed
alter table server add column leased    timestamptz;  -- while its Subscriptions are looked after
alter table server add column watched   timestamptz not null default now(); -- when they are looked after next
alter table server add column told      timestamptz;  -- last notification of a Subscription made here
alter table server add column offers    text not null default 'unknown'
    check (offers in ('unknown', 'topics', 'criteria', 'nothing'));

-- The keys with which this server shows who it is (SMART App Launch 2.2, client-confidential-asymmetric).
create table key (
    id      text primary key,                         -- kid
    alg     text        not null,
    public  text        not null,                     -- JWK
    private bytea       not null,                     -- JWK, sealed
    made    timestamptz not null default now()
);

-- Subscriptions at partners' servers; what is told there is only that something changed. Those of a removed one stay until they are deleted
-- there.
create table watch (
    party   text        not null references server,
    type    text        not null,                     -- resource type: Task, Communication
    remote  text,                                     -- Subscription/<id> there
    ends    timestamptz,
    problem text,                                     -- why there is none
    primary key (party, type)
);

-- After help was given both sides may go on writing for some time: it is not followed any more, but listened to.
alter table exchange drop constraint exchange_step_check;
alter table exchange add constraint exchange_step_check check (step in ('SEND', 'FOLLOW', 'LISTEN', 'WITHDRAW', 'DONE'));

-- What was written about a referral and goes there, or came from there.
create table message (
    n        bigint generated always as identity primary key, -- the order in which it was written
    task_id  text    not null references exchange,
    outgoing boolean not null,
    here     text    unique,                          -- of the Communication here; null for one that could not be kept
    there    text,                                    -- Communication/<id>; null until it was taken
    state    text    not null check (state in ('WAITING', 'THERE', 'WITHDRAW', 'WITHDRAWN', 'REFUSED')),
    problem  text
);
create unique index on message (task_id, there) where not outgoing;
create index on message (task_id) where state in ('WAITING', 'WITHDRAW');
