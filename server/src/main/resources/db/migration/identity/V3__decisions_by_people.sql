-- What people decided about links. A decision is an act; everything it changed is kept with it, so that it can be taken back.
create table act (
    id        bigint generated always as identity primary key,
    kind      text   not null check (kind in ('SAME', 'NOT_SAME', 'NOT_SURE', 'SPLIT', 'MERGE', 'UNDO')),
    a         bigint,                             -- the pair decided, where it was one: record.res.rid
    b         bigint,
    actor     text   not null,
    reason    text   not null,
    at        timestamptz not null default clock_timestamp(),
    undoes    bigint references act,
    undone_by bigint references act
);
create index act_at on act (at);

-- Copies it moved, with the link as it was before.
create table act_move (
    act        bigint not null references act,
    pat        bigint not null,
    before     text   not null,
    score      double precision,
    model      text   not null,
    decided_by text   not null,
    at         timestamptz not null,
    after      text   not null,
    primary key (act, pat)
);
create index act_move_pat on act_move (pat);

-- People whose id it made lead elsewhere.
create table act_person (
    act    bigint not null references act,
    person text   not null references person,
    before text,
    after  text,
    primary key (act, person)
);

-- What holds of a pair because a person said so. Not bound to the copies: a copy that is deleted and comes back is still held.
create table assertion (
    id      bigint generated always as identity primary key,
    a       bigint not null,
    b       bigint not null,
    verdict text   not null check (verdict in ('SAME', 'NOT_SAME', 'NOT_SURE')),
    actor   text   not null,
    reason  text   not null,
    at      timestamptz not null default clock_timestamp(),
    act     bigint not null references act,       -- that made it
    ended   timestamptz,
    ended_by bigint references act,               -- null where new facts ended a "not sure"
    check (a < b)
);
create unique index assertion_stands on assertion (a, b) where ended is null;
create index assertion_b on assertion (b) where ended is null;
create index assertion_act on assertion (act);
create index assertion_ended_by on assertion (ended_by);

alter table link_event add column act bigint references act;
alter table link_event drop constraint link_event_kind_check;
alter table link_event add constraint link_event_kind_check check
    (kind in ('NEW', 'LINKED', 'MOVED', 'MERGED', 'REMOVED', 'SPLIT', 'UNDONE', 'SAME', 'NOT_SAME', 'NOT_SURE'));
create index link_event_person on link_event (person);
create index link_event_before on link_event (before);

-- A pair waits while its copies belong to two people and nobody has decided: asked of the tables that hold the truth.
alter table review drop column decided, drop column verdict;
