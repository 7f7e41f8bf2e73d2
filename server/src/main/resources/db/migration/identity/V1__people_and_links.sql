-- Which source patients are one person. The tables are the truth; every decision is an event that stays.
create extension if not exists pg_trgm schema public;

create table person (
    id          text primary key,
    created     timestamptz not null default now(),
    merged_into text references person            -- an id given out once keeps answering
);

-- A source's Patient as matching and people search read it: a projection of record.res, rebuilt from there.
create table source (
    pat          bigint primary key,              -- record.res.rid of the Patient
    patient_id   text not null,
    owner        text not null,
    version      integer not null,
    shown        text not null,                   -- the name as the source writes it
    birth_date   date,
    sex          text,
    phone        text,
    address      text,
    city         text,
    numbers      jsonb not null,                  -- [{"system", "value"}] the source's own record numbers
    demographics jsonb not null,                  -- normalised, as health.weft.matching.Demographics
    names        text not null,                   -- normalised, a blank before each word
    tokens       text[] not null                  -- ends of phone numbers and record numbers, for search
);
create index source_names on source using gin (names public.gin_trgm_ops);
create index source_tokens on source using gin (tokens);
create unique index source_patient_id on source (patient_id);
create index source_birth_date on source (birth_date);

create table block (
    key text   not null,
    pat bigint not null references source on delete cascade,
    primary key (key, pat)
);
create index block_pat on block (pat);

create table link (
    pat        bigint primary key references source on delete cascade,
    person     text not null references person,
    score      double precision,                  -- log2 odds against the closest copy; null for a person's first
    model      text not null,
    decided_by text not null,                     -- "weft" or a user name
    at         timestamptz not null default now()
);
create index link_person on link (person);

create table link_event (
    id     bigint generated always as identity primary key,
    pat    bigint not null,
    kind   text   not null check (kind in ('NEW', 'LINKED', 'MOVED', 'MERGED', 'REMOVED')),
    before text,
    person text,
    score  double precision,
    fields jsonb,                                 -- [{"kind", "level", "log2"}] of the score, where there is one
    model  text not null,
    actor  text not null,
    reason text not null,
    at     timestamptz not null default clock_timestamp()
);
create index link_event_pat on link_event (pat);

-- Pairs that matching was not sure of, until somebody decides.
create table review (
    a       bigint not null references source on delete cascade,
    b       bigint not null references source on delete cascade,
    score   double precision not null,
    veto    text,
    fields  jsonb not null,
    model   text not null,
    since   timestamptz not null default now(),
    decided timestamptz,
    verdict text check (verdict in ('same', 'not the same')),
    primary key (a, b),
    check (a < b)
);
create index review_b on review (b);
