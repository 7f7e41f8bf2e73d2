-- Mails to people themselves, and who wants none (decision 35).

-- The address that stands in a person's record, and that they agreed to be written to at. Staff who meet them write it down.
create table agreed (
    person   text primary key,                    -- id without its type
    address  text        not null,
    language text check (language in ('en', 'es')), -- that they read; null when not known
    party    text        not null,
    username text        not null,
    at       timestamptz not null default now()
);

-- Whom a mail went to: what the link to stop such mails names. It outlives the mail.
create table recipient (
    id       uuid primary key default gen_random_uuid(),
    person   text not null,
    address  text not null,                       -- in lower case
    language text,
    unique (person, address)
);

-- Who is not written to any more: a person as Person/<id>, or an address in lower case.
create table stop (
    who   text primary key,
    since timestamptz not null default now()
);

alter table mail
    add column language  text,                    -- of whoever reads the mailbox; null when not known
    add column to_person boolean not null default false; -- to the person themselves, who may want no such mails
