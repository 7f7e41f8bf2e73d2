-- Who signs in at a provider of OpenID Connect, and as which account here. Never by mail address: what a provider says of that may be anybody's.
create table subject (
    issuer   text        not null,
    subject  text        not null,
    username text        not null references account,
    -- The provider's groups say for which organisation and as what the account acts; else it was joined to one that was there.
    managed  boolean     not null,
    since    timestamptz not null default now(),
    last     timestamptz,
    closed   timestamptz,                         -- no group gave it a role any more: the account ended at this moment
    primary key (issuer, subject),
    unique (issuer, username)
);
create index on subject (username);
