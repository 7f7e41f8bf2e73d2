-- Organisations of the network that work on a FHIR server of their own (decision 40): where it is, and what is on its way there.
create table server (
    id        uuid        not null unique default gen_random_uuid(), -- as which what comes from here is known there
    party     text primary key,             -- whom referrals are for that go there: an organisation of this network
    name      text        not null,
    base      text        not null,         -- of its FHIR API, without a slash at the end
    asker     text        not null,         -- what this network is called there: Organization/<id>, Task.requester of what it is sent
    asked     text        not null,         -- what the organisation is called there: Organization/<id>, Task.owner
    copies    boolean     not null,         -- whether it is sent what a Task refers to; otherwise it reads that here
    token     bytea,                        -- bearer token for it, sealed
    nudge     uuid        not null unique default gen_random_uuid(), -- address at which it may say that something changed
    account   text        not null,         -- that acts for the organisation here
    added_by  text        not null,
    added_at  timestamptz not null default now(),
    ended     timestamptz,
    heard     timestamptz,                  -- last good answer
    problem   text                          -- of the last one that was none
);

create table exchange (
    task_id        text primary key,        -- of the Task here
    party          text        not null references server,
    step           text        not null check (step in ('SEND', 'FOLLOW', 'WITHDRAW', 'DONE')),
    urgent         boolean     not null,
    remote         text,                    -- Task/<id> there, once it said so
    remote_version text,
    due            timestamptz not null default now(),
    tries          int         not null default 0,
    problem        text,
    holder         uuid,
    leased         timestamptz
);
create index on exchange (due) where step <> 'DONE';
create index on exchange (party) where step <> 'DONE';

-- What came by reference from a partner, kept here as a copy, and looked after while its referral is on its way.
create table origin (
    reference text primary key,             -- Type/<id> here
    party     text        not null references server,
    url       text        not null,         -- there
    version   text,
    task_id   text,                         -- of the referral it came with
    due       timestamptz not null
);
create unique index on origin (party, url);
create index on origin (due) where task_id is not null;
