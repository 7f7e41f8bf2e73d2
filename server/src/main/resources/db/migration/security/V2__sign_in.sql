-- How people sign in: where mail reaches them, their second factors, devices that are known, tries that failed, links by mail.
alter table account add column mail text check (mail = lower(mail));
create unique index on account (mail) where mail is not null;
comment on column account.ended is 'From this moment on the account does nothing; may lie ahead.';

-- A time-based one-time password (RFC 6238). last_step is the newest time step that was used: no code works twice.
create table one_time_password (
    username  text primary key references account,
    secret    bytea       not null,
    since     timestamptz not null default now(),
    last_step bigint      not null
);

-- By their SHA-256; each works once.
create table recovery_code (
    username text        not null references account,
    hash     bytea       not null,
    made     timestamptz not null default now(),
    used     timestamptz,
    primary key (username, hash)
);

-- The handle by which a person's authenticators know them: random, so that it tells nothing.
create table passkey_user (
    username text primary key references account,
    handle   bytea not null unique
);

create table passkey (
    id         bytea primary key,
    username   text        not null references account,
    name       text        not null,
    -- The credential record of WebAuthn Level 3, section 4.
    public_key  bytea      not null,
    attestation bytea      not null,
    counter    bigint      not null,
    uv         boolean     not null,
    eligible   boolean     not null,
    backed_up  boolean     not null,
    transports text        not null,
    created    timestamptz not null default now(),
    used       timestamptz not null default now()
);
create index on passkey (username);

-- Tries to sign in, by the SHA-256 of what was typed as user name (somebody may type a password there) and by lane: an
-- address, a known device, or one of the shared lanes. Until `until` the lane takes no try.
create table attempt (
    account   bytea       not null,
    lane      text        not null,
    failures  int         not null,
    last      timestamptz not null,
    until     timestamptz not null,
    succeeded timestamptz,
    primary key (account, lane)
);
create index on attempt (last);

-- Browsers that somebody has signed in with, by the SHA-256 of a random cookie.
create table device (
    hash     bytea       not null,
    username text        not null references account,
    since    timestamptz not null default now(),
    last     timestamptz not null default now(),
    primary key (hash, username)
);
create index on device (username);

-- Links sent by mail, by the SHA-256 of their random part; each works once.
create table mail_link (
    hash       bytea primary key,
    kind       text        not null check (kind in ('INVITATION', 'RESET')),
    mail       text        not null,
    -- RESET: whose password. INVITATION: empty until it was taken up.
    username   text references account,
    -- INVITATION: into which organisation, as what, by whom.
    party      text references party,
    roles      text[],
    invited_by text references account,
    made       timestamptz not null default now(),
    expires    timestamptz not null,
    used       timestamptz
);
create index on mail_link (party) where kind = 'INVITATION';
create index on mail_link (username);
