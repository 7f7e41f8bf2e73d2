-- A case list as its pages need it. The truth is the record: EpisodeOfCare, Encounter, Procedure, Communication; these rows are
-- written with it, in the same transaction. Who a client is stands with identity.
create table client (
    id         text primary key,             -- of the EpisodeOfCare
    rid        bigint not null unique,       -- its row in the record
    version    int    not null,
    party      text   not null,              -- organisation whose client it is
    patient_id text   not null,              -- the organisation's own Patient
    pat        bigint not null,              -- its row in the record
    number     text,                         -- the organisation's own number of the client
    since      date   not null,
    closed     date,
    reason     text,                         -- code, why it was closed
    last_seen  date,                         -- day of the last visit that was attended
    taken_from text                          -- id of the person that the client was taken on from
);
create unique index on client (party, pat);
create unique index on client (party, number);

create table visit (
    id           text primary key,           -- of the Encounter
    rid          bigint not null unique,
    version      int    not null,
    client_id    text   not null references client on delete cascade,
    party        text   not null,
    day          date   not null,
    time         time,                       -- in the network's zone; null when nobody said
    attendance   text   not null check (attendance in ('PLANNED', 'ATTENDED', 'NO_SHOW', 'CANCELLED')),
    service      text,
    procedure_id text,                       -- what was given
    quantity     numeric(12, 2),
    unit         text,
    name         text   not null             -- of who recorded it
);
create index on visit (client_id, day desc);
create index on visit (party, day);

-- Read by the organisation alone: its Communication stands in nobody's record.
create table note (
    id        text primary key,              -- of the Communication
    rid       bigint not null unique,
    client_id text   not null references client on delete cascade,
    visit_id  text references visit on delete cascade,
    party     text   not null,
    at        timestamptz not null,
    words     text   not null,
    name      text   not null
);
create index on note (client_id, at);
create index on note (visit_id);

-- A form sent twice is one visit, or one client.
create table form (
    form_key    uuid primary key,
    resource_id text not null,
    at          timestamptz not null default now()
);

-- A file that somebody looks at before it is brought in.
create table upload (
    key      uuid primary key,
    party    text not null,
    username text not null,
    kind     text not null check (kind in ('CLIENTS', 'VISITS')),
    name     text not null,
    at       timestamptz not null default now(),
    content  text not null
);
create index on upload (at);
