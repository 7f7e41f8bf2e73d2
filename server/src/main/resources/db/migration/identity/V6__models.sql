-- Models that people put into force. The library's own has no row: it is in force where nobody has said otherwise.
create table model (
    id      bigint generated always as identity primary key,
    version text   not null unique,
    body    jsonb  not null,                      -- health.weft.matching.Model, whole
    labels  bigint not null,                      -- settled pairs that stand behind it
    at      timestamptz not null default now()
);

-- Who put which version into force, and when. The newest tells which is.
create table model_turn (
    id      bigint generated always as identity primary key,
    version text not null,
    before  text not null,                        -- in force until then
    undoes  bigint unique references model_turn,  -- the turn that this one took back
    actor   text not null,
    reason  text not null,
    at      timestamptz not null default clock_timestamp()
);
