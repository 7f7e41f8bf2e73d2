-- Matching all copies again: a run, what it found, and what it would change. Nothing here is a link: what is applied becomes acts.
create table rematch (
    id          bigint generated always as identity primary key,
    state       text not null check (state in ('RUNNING', 'PREVIEW', 'APPLYING', 'APPLIED', 'UNDOING', 'UNDONE', 'CANCELLED', 'DISCARDED', 'FAILED')),
    step        integer not null default 0,
    position    bigint  not null default 0,        -- in the step: what comes before is done
    done        bigint  not null default 0,        -- of the step
    total       bigint  not null default 0,
    worked      double precision not null default 0, -- seconds at the step, waiting and restarts left out
    model       text not null,
    actor       text not null,
    started     timestamptz not null default clock_timestamp(),
    copies      bigint not null default 0,
    people      bigint not null default 0,         -- before
    touched     bigint not null default 0,         -- of them, those whom a change concerns
    pairs       bigint not null default 0,         -- new ones for review
    last_event  bigint not null default 0,         -- identity.link_event when the links were read
    ready       timestamptz,
    applied_by  text,
    reason      text,
    applied     timestamptz,
    undone_by   text,
    undo_reason text,
    undone      timestamptz,
    stopped_by  text,
    trouble     boolean not null default false,    -- ended by an error of ours
    failures    integer not null default 0,
    holder      uuid,
    lease       timestamptz
);
-- One at a time: two that change links over each other would both be wrong.
create unique index rematch_one on rematch ((true)) where state in ('RUNNING', 'APPLYING', 'UNDOING');

-- Pairs that compare as one person's or nearly so.
create table rematch_pair (
    run      bigint not null references rematch on delete cascade,
    a        bigint not null,
    b        bigint not null,
    kind     text   not null check (kind in ('LINK', 'REVIEW', 'FOLLOWS')),
    follower bigint,                               -- whose source says that the other has taken its place
    fresh    boolean not null default false,       -- nobody has seen it yet: goes to the queue
    added    timestamptz,                          -- when it was put there
    primary key (run, a, b),
    check (a < b)
);
create index rematch_pair_b on rematch_pair (run, b);

-- Copies that hang together by such pairs or by their person: grouped anew, each such component by itself.
create table rematch_copy (
    run       bigint not null references rematch on delete cascade,
    pat       bigint not null,
    person    text   not null,                     -- when the links were read
    component bigint not null,                     -- its first copy
    target    bigint,                              -- first copy of the person that it should be
    primary key (run, pat)
);
create index rematch_copy_component on rematch_copy (run, component);

create table rematch_change (
    id      bigint generated always as identity primary key,
    run     bigint not null references rematch on delete cascade,
    kind    text   not null check (kind in ('PART', 'JOIN')),
    state   text   not null default 'PROPOSED'
        check (state in ('PROPOSED', 'EXCLUDED', 'APPLIED', 'UNFIT', 'LEFT', 'UNDONE', 'KEPT')),
    a       bigint not null,                       -- the pair that shows it best
    b       bigint not null,
    score   double precision not null,
    veto    text,
    because text   not null check (because in ('AGREES', 'HELD', 'FOLLOWS', 'VETO', 'ELSEWHERE', 'WEAK')),
    here    bigint[] not null,                     -- PART: those who stay; JOIN: one side
    there   bigint[] not null,                     -- PART: those who leave; JOIN: the other side
    members bigint[] not null,                     -- all copies that the person should have in the end
    versions text[] not null,                      -- pat:version of here and there as they were compared
    act     bigint references act,
    by      text,                                  -- who left it out
    at      timestamptz
);
create index rematch_change_run on rematch_change (run, kind, id);
-- Which comes next, while thousands are done.
create index rematch_change_next on rematch_change (run, kind desc, id) where state = 'PROPOSED';
create index rematch_change_last on rematch_change (run, act desc) where state = 'APPLIED';
