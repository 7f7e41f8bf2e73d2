-- Search parameters that the network made itself, and the background work that indexes what was stored before.

-- One row a SearchParameter resource that is searched by. seed changes when its meaning does: index rows are keyed by it, so that
-- rows of an earlier meaning are never taken for rows of this one.
create sequence parameter_seed;
create table parameter (
    rid     bigint primary key,
    seed    bigint not null default nextval('record.parameter_seed'),
    meaning text   not null
);

-- Work on the index. Whoever holds the lock on a row works on it for one batch; the row says where the next begins.
create table reindex (
    id      bigint generated always as identity primary key,
    seed    bigint,                                 -- of the parameter; null: everything, for a new version of the rules
    types   text[] collate "C",                     -- types concerned; null: all
    status  text        not null default 'waiting', -- waiting, running, done, failed
    last    bigint      not null default 0,         -- rid of the last resource done
    done    bigint      not null default 0,
    total   bigint      not null default 0,
    asked   timestamptz not null default now(),
    began   timestamptz,                            -- transactions older than this must have ended
    changed timestamptz not null default now(),
    message text
);
