-- HSDS APIs of others that are read again and again, each into its feed. Whoever holds the lease reads; what came is held against the
-- directory as any feed is.
create table pull (
    feed     text primary key references feed,
    base     text        not null,                 -- of the API, without a slash at the end
    hours    int         not null check (hours between 1 and 720),
    applies  boolean     not null,                 -- written at once; else somebody looks at it first
    by_whom  text        not null,                 -- account for whom it is read
    due      timestamptz not null default now(),
    holder   uuid,
    leased   timestamptz,
    tries    int         not null default 0,
    done     int         not null default 0,       -- services so far, and how many there shall be
    total    int         not null default 0,
    started  timestamptz,
    ended    timestamptz,
    run      bigint references run on delete set null,  -- what the last one came to; null where nothing differed
    services int,                                  -- how many it had
    missing  int,                                  -- how many of this feed's stand here that it had not
    problem  text,                                 -- end of a message key; null when the last one went well
    detail   text
);
create index on pull (due);
