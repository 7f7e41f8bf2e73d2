-- What is said about a referral, for pages; the record has it as Communication, DocumentReference and Task (decision 37).
create table message (
    id           text        primary key,    -- of the Communication
    referral_id  text        not null,       -- of the Task
    party        text        not null,       -- who wrote it
    party_name   text        not null,
    name         text        not null,
    addressee    text,                       -- the other side; null for a note of one's own side
    words        text        not null,
    document_id  text,                       -- of the DocumentReference, when a file came with it
    binary_id    text,
    file         text,                       -- its name
    content_type text,
    size         bigint,
    sha256       bytea,
    at           timestamptz not null default now(),
    seen         timestamptz,                -- when the other side opened it first
    seen_by      text,
    withdrawn    timestamptz,
    form_key     uuid        unique
);
create index on message (referral_id, at);
create index on message (addressee) where seen is null and withdrawn is null;

create table step (
    id          text        primary key,     -- of the Task
    referral_id text        not null,
    words       text        not null,
    party       text        not null,        -- whose it is
    party_name  text        not null,
    due         date,
    added       text        not null,        -- party that added it
    added_by    text        not null,
    at          timestamptz not null default now(),
    status      text        not null,        -- requested, completed, cancelled
    done        timestamptz,
    done_by     text,
    form_key    uuid        unique
);
create index on step (referral_id);
create index on step (party) where status = 'requested';
