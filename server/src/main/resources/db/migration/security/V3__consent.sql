-- What a person agreed to or refused, and what is sensitive, as rows that the predicate of access reads (decision 21).

-- What this party writes carries these categories from the start (a programme under 42 CFR Part 2); bits of SensitiveCategory.
alter table party add column categories integer not null default 0;

-- Resources that carry a sensitive category; all others have no row. Bits of SensitiveCategory.
create table sensitive (
    rid        bigint  primary key,
    own        integer not null,                  -- by codes, labels and author of the version that stands
    categories integer not null,                  -- own, and those of the resources it refers to
    past       integer not null,                  -- categories of all its versions
    within     integer not null                   -- of an Encounter: of all that happened in it
);

-- One row: how far what was there already is labelled by the codes and the parties that make sensitive now.
create table labelling (
    codes    bytea  not null,                     -- SHA-256 of the list
    position bigint not null,                     -- record.res.rid that was labelled last
    done     boolean not null default false
);
insert into labelling (codes, position) values ('', 0);

-- The provision of each Consent in force or to come that Weft computes, about this source patient.
create table rule (
    consent   bigint primary key,                 -- record.res.rid of the Consent
    pat       bigint not null,
    owner     text   not null,                    -- party that recorded it
    provision jsonb  not null
);
create index on rule (pat);

-- Somebody opened a person's record in an emergency. `pats` are the copies as they were linked then.
create table emergency (
    id       bigint generated always as identity primary key,
    at       timestamptz not null default now(),
    until    timestamptz not null,
    username text        not null references account,
    name     text        not null,
    party    text        not null references party,
    person   text        not null,
    reason   text        not null check (length(reason) between 10 and 500),
    ended    timestamptz,                         -- given back before `until`
    outcome  text check (outcome in ('APPROPRIATE', 'INAPPROPRIATE', 'FOLLOW_UP')),
    note     text,
    reviewed timestamptz,
    reviewer text references account,
    check ((outcome is null) = (reviewed is null))
);
create index on emergency (person);
create index on emergency (at) where outcome is null;

-- A relation opens a chart from `since` to `until`, to everybody of the party or to one account of it; what carries no sensitive
-- category when `plain`, what carries some when all of them are in `categories`; of all types, of `types` alone, or of all but `other_than`.
alter table relation
    add column until      timestamptz,
    add column username   text,
    add column plain      boolean not null default true,
    add column categories integer not null default 0,
    add column types      text[],
    add column other_than text[];
alter table relation drop constraint relation_pkey;
create index relation_party on relation (party, pat);
update relation set categories = -1 where basis = 'self';

-- A share opens one resource; one that carries sensitive categories when all of them are in `categories`.
alter table share add column categories integer not null default 0;
