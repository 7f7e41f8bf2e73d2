-- Whose sessions end when a provider says that one of its own ended; the sessions themselves note which.
create table provider_session (
    issuer   text        not null,
    sid      text        not null,
    username text        not null references account,
    since    timestamptz not null default now(),
    primary key (issuer, sid, username)
);
create index on provider_session (since);

-- Each token by which a provider says so counts once: by the SHA-256 of issuer and jti, until it would have expired.
create table logout_token (
    hash    bytea       primary key,
    expires timestamptz not null
);
create index on logout_token (expires);
