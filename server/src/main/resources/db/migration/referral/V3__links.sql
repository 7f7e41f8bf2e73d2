-- Answering without an account (decision 31): the organisation asked has none, and answers by a signed link in a mail.
alter table referral
    add column light    boolean not null default false,
    -- What may be known of it by whoever may not know yet whose it is.
    add column area     text    not null default '', -- town and postcode
    add column language text    not null default '', -- that the person speaks: a code of BCP 47, or words
    add column urgent   boolean not null default false;

create table link (
    id          uuid primary key default gen_random_uuid(), -- what is signed
    referral_id text        not null references referral,
    address     text        not null,
    made        timestamptz not null default now(),
    expires     timestamptz not null,
    ended       timestamptz                       -- a newer one took its place
);
create index on link (referral_id, made);

-- Each step is taken once by a link, whoever presses first.
create table link_step (
    link_id uuid not null references link,
    step    text not null,
    at      timestamptz not null default now(),
    primary key (link_id, step)
);
