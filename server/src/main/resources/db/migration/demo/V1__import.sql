-- How far the demonstration's import has come: one row, read by any page on any instance.
create table progress (
    one      boolean primary key default true check (one),
    dataset  text        not null,                -- version, seed and number of people
    phase    text        not null check (phase in ('GENERATE', 'MEMBERS', 'SEND', 'DONE', 'INCOMPLETE')),
    done     integer     not null,
    total    integer     not null,
    note     text        not null default '',
    started  timestamptz not null default now(),
    updated  timestamptz not null default now()
);

-- Bundles that a source has sent and that were acknowledged.
create table sent (
    source    text        not null,
    person    text        not null,
    resources integer     not null,
    patient   text        not null,               -- id of the Patient made by it
    at        timestamptz not null default now(),
    primary key (source, person)
);
