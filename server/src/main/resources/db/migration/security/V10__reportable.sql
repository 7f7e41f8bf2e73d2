-- What the law has reported to public health, as the network says it by a value set (decision 56).

-- The codes of that value set, as it was told last.
create table reportable_code (
    system text not null,
    code   text not null,
    primary key (system, code)
);

-- One row: which codes those are, and how far what was there already is held against them. Whoever writes locks it for key share, whoever changes
-- the codes for update: nothing is held against codes that no longer count.
create table reporting (
    one      boolean primary key default true check (one),
    codes    bytea   not null,                    -- SHA-256 of the address of the value set and its codes
    position bigint  not null,                    -- record.res.rid that was looked at last
    done     boolean not null
);
insert into reporting (codes, position, done) values ('', 0, true);

-- Resources that are reportable in the version that stands.
create table reportable (
    rid bigint primary key,                       -- record.res.rid
    pat bigint not null                           -- record.res.rid of the Patient it is about
);
create index on reportable (pat);
