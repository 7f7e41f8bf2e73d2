-- Asking the person by mail whether help came (decision 35): once a referral at most.
alter table referral
    add column weighed timestamptz,               -- when it was decided whether to ask
    add column asked   timestamptz;               -- when they were asked
create index on referral (completed_at) where status = 'completed' and help is null and asked is null;
create index on referral (answered_at)
    where status in ('accepted', 'in-progress', 'on-hold') and help is null and weighed is null;

create table help_link (
    id          uuid primary key default gen_random_uuid(), -- what is signed
    referral_id text        not null unique references referral,
    person      text        not null,             -- who was asked, without its type
    language    text,
    made        timestamptz not null default now(),
    expires     timestamptz not null
);
