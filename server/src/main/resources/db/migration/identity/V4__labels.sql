-- What stewards say of pairs without seeing what Weft or another steward said. Labels measure; they change no link.
create table draw (
    id         bigint generated always as identity primary key,
    model      text   not null,                   -- by which the pairs were scored
    actor      text   not null,
    at         timestamptz not null default now(),
    copies     bigint not null,                   -- in the network at that time
    random     jsonb  not null                    -- {"GIVEN": {"exact": 3}}: how pairs taken at random agree that share no key
);

-- How many pairs blocking finds in each stratum, drawn or not.
create table draw_stratum (
    draw  bigint           not null references draw on delete cascade,
    nr    smallint         not null,
    pairs double precision not null,              -- an estimate where not every copy was looked at
    primary key (draw, nr)
);

-- A pair that was drawn, as it was then. Not bound to the copies: what was measured stays measured when one is deleted.
create table label_pair (
    id        bigint generated always as identity primary key,
    draw      bigint   not null references draw on delete cascade,
    stratum   smallint not null,
    a         bigint   not null,
    b         bigint   not null,
    version_a integer  not null,                  -- a pair whose copies changed since is dealt to nobody
    version_b integer  not null,
    levels    jsonb    not null,                  -- {"GIVEN": "exact"}
    settled   text check (settled in ('SAME', 'NOT_SAME', 'CANNOT_SAY')),
    check (a < b),
    unique (a, b)
);
create index label_pair_draw on label_pair (draw);

-- One steward's look at a pair: dealt, and then answered. Two looks a pair; a third where they differ.
create table label (
    id      bigint generated always as identity primary key,
    pair    bigint   not null references label_pair on delete cascade,
    turn    smallint not null check (turn between 1 and 3),
    steward text     not null,
    dealt   timestamptz not null default now(),
    answer  text check (answer in ('SAME', 'NOT_SAME', 'CANNOT_SAY')),
    note    text     not null default '',
    said    timestamptz,
    unique (pair, turn),
    unique (pair, steward),
    check ((answer is null) = (said is null))
);
create index label_steward on label (steward, said);

-- What the model expects of the network, once a day.
create table model_day (
    day        date primary key,                  -- UTC
    at         timestamptz not null default now(),
    model      text   not null,
    copies     bigint not null,
    candidates double precision not null,         -- pairs that blocking finds
    expected   double precision not null,         -- of them, the sum of their probabilities of being one person's
    found      double precision not null,         -- of them, those whose copies belong to one person
    bins       jsonb  not null                    -- [{"from", "pairs", "expected", "vetoed"}] half a bit each
);
