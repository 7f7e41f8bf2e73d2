-- Parties act and own records: member organisations and people. `kind` says which rules of access apply.
create table party (
    party text primary key,                       -- "Organization/<id>" or "Person/<id>"
    name  text not null,
    kind  text not null check (kind in ('CLINICAL', 'COMMUNITY', 'PUBLIC_HEALTH', 'PAYER', 'NETWORK', 'PERSON'))
);

-- Accounts of people and of source systems. A source has no password; it comes with a token.
create table account (
    username     text primary key check (username = lower(username)),
    display_name text        not null,
    party        text        not null references party,
    roles        text[]      not null check (cardinality(roles) > 0),
    password     text,
    language     text        not null default 'en' check (language in ('en', 'es')),
    created      timestamptz not null default now(),
    -- Made by the demonstration, with a password that everybody knows: works only while the server runs as a demo.
    demo         boolean     not null default false,
    ended        timestamptz
);

-- Bearer tokens, by their SHA-256 only: the database cannot give one away.
create table access_token (
    hash     bytea primary key,
    username text        not null references account,
    created  timestamptz not null default now(),
    expires  timestamptz not null
);
create index on access_token (username);

-- The party may read the whole chart of a source patient (`pat` = record.res.rid of the Patient).
create table relation (
    party text        not null,
    pat   bigint      not null,
    basis text        not null,                   -- "treatment", "self"
    since timestamptz not null default now(),
    primary key (party, pat, basis)
);
create index on relation (pat);

-- The party may read this one resource. A Patient opened so shows contact facts only.
create table share (
    party text        not null,
    rid   bigint      not null,
    basis text        not null,                   -- what opened it, "Task/<id>"
    since timestamptz not null default now(),
    until timestamptz,
    primary key (party, rid, basis)
);
create index on share (rid);
create index on share (basis);
