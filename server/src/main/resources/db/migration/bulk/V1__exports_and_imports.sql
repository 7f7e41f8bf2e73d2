-- Work that runs long, one row a kick-off. Whoever holds the lease works at it; a lease that ran out is anybody's.
create table job (
    id       uuid        primary key default gen_random_uuid(),
    kind     text        not null check (kind in ('EXPORT', 'IMPORT')),
    username text        not null,                -- who asked, and nobody else may look
    party    text        not null,
    state    text        not null check (state in ('RECEIVING', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED')),
    request  text        not null,                -- the address of the kick-off
    plan     text        not null,                -- JSON of what is to be done
    step     integer     not null default 0,      -- export: index into the plan's steps; import: number of the pass
    position text        not null default '',     -- where in the step it stands
    done     bigint      not null default 0,
    total    bigint      not null default -1,     -- -1 not counted yet
    refused  bigint      not null default 0,
    moved    bigint      not null default 0,      -- import: lines written in this pass
    failures integer     not null default 0,      -- in a row
    message  text        not null default '',     -- why it failed, for whoever asked
    at       timestamptz not null default now(),  -- the moment it speaks of
    created  timestamptz not null default now(),
    finished timestamptz,
    holder   uuid,
    lease    timestamptz
);
create index job_open on job (created) where state in ('RECEIVING', 'RUNNING');
create index job_finished on job (finished) where finished is not null;
create index job_username on job (username) where state in ('RECEIVING', 'RUNNING');

-- The files of an export, made of chunks that are each a whole gzip member: put behind each other they are one gzip file.
create table file (
    job   uuid    not null references job on delete cascade,
    n     integer not null,
    list  text    not null check (list in ('output', 'deleted', 'error')),
    rtype text    not null,
    count bigint  not null default 0,
    bytes bigint  not null default 0,             -- as NDJSON, not as kept
    primary key (job, n)
);
create table chunk (
    job  uuid    not null,
    file integer not null,
    n    integer not null,
    body bytea   not null,
    primary key (job, file, n),
    foreign key (job, file) references file on delete cascade
);
alter table chunk alter column body set storage external; -- compressed already

-- The moments that exports told as transactionTime, so that a later _since goes by transactions and not by clocks.
create table moment (
    at       timestamptz primary key,
    snapshot text not null
);

-- What an import has been sent and not written yet, and what it refused; a line that was written is deleted.
create table input (
    job      uuid    not null references job on delete cascade,
    n        integer not null,
    name     text    not null,
    received boolean not null default false,
    lines    bigint  not null default 0,
    written  bigint  not null default 0,
    primary key (job, n),
    unique (job, name)
);
create table line (
    job     uuid    not null,
    input   integer not null,
    n       bigint  not null,                     -- from 1
    pass    integer not null default 1,           -- in which it is to be tried; 0 refused
    whose   text collate "C" not null default '', -- Patient/<id> of the source; empty for none
    rtype   text    not null default '',
    sid     text    not null default '',          -- id of the source, or the hash of a line without one
    outcome text,                                 -- OperationOutcome: why it was refused, or put off
    body    bytea   not null,
    primary key (job, input, n),
    foreign key (job, input) references input on delete cascade
);
alter table line alter column body set storage external; -- here for minutes: not worth compressing
create index line_next on line (job, pass, whose, input, n);
create index line_named on line (job, rtype, sid);

-- Under which id of ours a party's own resource stands: a second import of it is an update.
create table known (
    party  text collate "C" not null,
    rtype  text collate "C" not null,
    sid    text collate "C" not null,
    target text not null,
    primary key (party, rtype, sid)
);
