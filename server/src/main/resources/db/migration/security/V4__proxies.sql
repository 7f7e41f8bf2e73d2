-- Somebody acts for a person: a parent for a child, a caregiver for whoever lets them. Offered by mail, in force from `since` to `until`.
-- Acts as the party "Proxy/<id>"; relations of that party say what it reads.
create table proxy (
    id         bigint generated always as identity primary key,
    person     text        not null,              -- whom they act for, without its type
    kind       text        not null check (kind in ('CAREGIVER', 'PARENT')),
    categories integer     not null,              -- bits of the sensitive categories that they read; -1 for all
    private    timestamptz,                       -- from then on nothing that is sensitive
    until      timestamptz,                       -- of age
    mail       text        not null,
    hash       bytea unique,                      -- SHA-256 of the link's random part, until it was used
    expires    timestamptz not null,              -- of the link
    offered    timestamptz not null default now(),
    offered_by text        not null references account,
    by_party   text        not null references party,
    username   text references account,           -- who accepted
    since      timestamptz,
    ended      timestamptz,
    ended_by   text references account,
    check ((username is null) = (since is null))
);
create index on proxy (person);
create index on proxy (username);
