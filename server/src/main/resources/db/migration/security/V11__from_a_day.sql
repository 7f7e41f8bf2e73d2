-- What single kinds of facts are open by: people whom no search finds, since their Patient is not among them (decision 66). First, for it may take
-- seconds, and what follows takes tables that every request reads.
create index relation_in_part on relation (party) where types is not null or other_than is not null;

-- From this moment on the account acts; null for those that do from when they were made. May lie ahead.
alter table account add column begins timestamptz;
-- INVITATION: when the account begins that it offers; null for at once.
alter table mail_link add column begins timestamptz;

-- Whether an account acts at this moment. Every statement that asks who somebody is, asks this. By the database's clock (decision 51), and anew each
-- time: a clock that is ahead opens an account for as long as it is ahead.
create function acts(begins timestamptz, ended timestamptz) returns boolean
    language sql stable parallel safe
    return (begins is null or begins <= now()) and (ended is null or ended > now());
