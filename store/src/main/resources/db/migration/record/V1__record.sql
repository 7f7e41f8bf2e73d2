-- The shared record: FHIR R4 resources as the JSON bytes they leave as, and narrow tables to search them by.
-- tkey = hash64(Type/id), sp = hash32(Type.parameter), h = hash64(Type.parameter, form, system, code).

create sequence rid;

create table res (
    rid     bigint      not null,
    part    smallint    not null,                 -- hash of pat, what partitions will go by
    rtype   text collate "C" not null,
    id      text collate "C" not null,
    ver     integer     not null,
    deleted boolean     not null default false,
    pat     bigint      not null,                 -- rid of the Patient whose record this is part of; 0 none
    owner   text collate "C" not null,            -- party that wrote it first
    author  text collate "C" not null,            -- party that wrote this version
    tkey    bigint      not null,
    tx      xid8        not null default pg_current_xact_id(),
    updated timestamptz not null,
    body    bytea       not null,                 -- JSON, as it leaves; of a deleted one, the last
    primary key (rid)
);
create unique index res_tkey on res (tkey);
create index res_rtype on res (rtype, rid);
create index res_pat on res (pat, rtype, rid);
create index res_owner on res (owner, rtype, rid);

create table res_hist (
    rid     bigint      not null,
    ver     integer     not null,
    rtype   text collate "C" not null,
    id      text collate "C" not null,
    deleted boolean     not null,
    pat     bigint      not null,
    owner   text collate "C" not null,
    author  text collate "C" not null,
    tx      xid8        not null,
    updated timestamptz not null,
    body    bytea       not null,
    primary key (rid, ver)
);

create table idx_tok (h bigint not null, sp integer not null, pat bigint not null, rid bigint not null);
create index idx_tok_h on idx_tok (h, rid);
create index idx_tok_pat on idx_tok (pat, h, rid);

create table idx_ref (tkey bigint not null, sp integer not null, pat bigint not null, rid bigint not null);
create index idx_ref_tkey on idx_ref (tkey, sp, rid);

-- Microseconds since 1970; hi excluded. Open ends are the ends of bigint.
create table idx_date (lo bigint not null, hi bigint not null, sp integer not null, pat bigint not null, rid bigint not null);
create index idx_date_lo on idx_date (sp, lo, rid) include (hi);
create index idx_date_pat on idx_date (pat, sp, lo, rid) include (hi);
create index idx_date_rid on idx_date (rid, sp);

-- v: small letters, no accents; e: hash64 of the text as written.
create table idx_str (v text collate "C" not null, e bigint not null, sp integer not null, pat bigint not null, rid bigint not null);
create index idx_str_v on idx_str (sp, v, rid);
create index idx_str_rid on idx_str (rid, sp);

-- unit: hash64(system, code) or 0; code: hash64 of code or unit text, or 0.
create table idx_qty (lo double precision not null, hi double precision not null, unit bigint not null, code bigint not null,
                      sp integer not null, pat bigint not null, rid bigint not null);
create index idx_qty_lo on idx_qty (sp, lo, rid) include (hi, unit, code);
create index idx_qty_rid on idx_qty (rid, sp);

-- One row: the key that page tokens are sealed with, the same for every instance on this database.
create table seal (key bytea not null);
insert into seal (key) select sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'));

-- Answers kept for a day, so that a write sent twice under one Idempotency-Key happens once.
create table replay (
    username text        not null,
    key      text        not null,
    hash     bytea       not null,                -- SHA-256 of method, address and body
    status   integer,
    location text,
    etag     text,
    body     bytea,
    at       timestamptz not null default now(),
    primary key (username, key)
);
create index replay_at on replay (at);
