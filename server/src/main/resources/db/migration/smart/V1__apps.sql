-- Apps and services that speak FHIR for somebody, and what they were let do.

-- A registered app. It works once it is approved.
create table app (
    id            text        primary key,        -- client_id
    name          text        not null,
    contact       text        not null default '',
    kind          text        not null check (kind in ('PUBLIC', 'CONFIDENTIAL', 'SERVICE')),
    redirect_uris text[]      not null default '{}',
    launch_uri    text,                           -- where a launch from a person's record begins
    scopes        text[]      not null,           -- the most it may ask for
    secret        text,                           -- encoded, of a CONFIDENTIAL app without keys
    jwks          text,                           -- its public keys, or
    jwks_uri      text,                           -- where they are published
    account       text,                           -- SERVICE: the account of the organisation that it acts for
    state         text        not null default 'PENDING' check (state in ('PENDING', 'APPROVED', 'REFUSED')),
    registered    timestamptz not null default now(),
    decided       timestamptz,
    decided_by    text
);

-- What somebody let an app do: waits for their answer, then for the code to be fetched, then stands until it is withdrawn.
create table authorized (
    id              uuid        primary key,
    app             text        not null references app,
    username        text        not null,         -- the account that the app acts for
    scopes          text[]      not null,
    request         jsonb       not null,         -- the authorization request as it came
    pat             bigint,                       -- record.res.rid of the Patient it was opened about
    patient         text,                         -- "Patient/<id>", the same
    state_hash      bytea       unique,
    code_hash       bytea       unique,
    code_issued     timestamptz,
    code_expires    timestamptz,
    code_used       boolean     not null default false,
    refresh_hash    bytea       unique,
    refresh_issued  timestamptz,
    refresh_expires timestamptz,
    created         timestamptz not null default now(),
    last_used       timestamptz,
    withdrawn       timestamptz
);
create index authorized_username on authorized (username);
create index authorized_app on authorized (app);

-- Access tokens by their SHA-256.
create table access_token (
    hash     bytea       primary key,
    grantee  uuid        not null references authorized on delete cascade,
    scopes   text[]      not null,
    issued   timestamptz not null,
    expires  timestamptz not null
);
create index access_token_grantee on access_token (grantee);
create index access_token_expires on access_token (expires);

-- Refresh tokens that were exchanged: whoever brings one again has stolen it, or was stolen from.
create table spent_refresh (
    hash    bytea       primary key,
    grantee uuid        not null references authorized on delete cascade,
    at      timestamptz not null default now()
);
create index spent_refresh_grantee on spent_refresh (grantee);

-- The jti of each assertion, by its SHA-256 with the app's id, until it has expired: none is taken twice.
create table assertion (
    hash    bytea       primary key,
    expires timestamptz not null
);
create index assertion_expires on assertion (expires);

-- An app was opened from a person's record: what the app brings back as "launch".
create table launch (
    hash     bytea       primary key,
    app      text        not null references app,
    username text        not null,
    pat      bigint      not null,
    patient  text        not null,
    expires  timestamptz not null
);

-- Keys that ID tokens are signed with, as JWK; the newest signs.
create table signing_key (
    id   text        primary key,
    jwk  text        not null,
    made timestamptz not null default now()
);
