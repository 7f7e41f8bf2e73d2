-- Every instance keeps the copies in memory, packed and filed under their keys (health.weft.identity.MatchIndex). It follows this
-- table by the transaction that changed a copy last, and tells changes of one copy apart by their order.
create sequence change as bigint;
alter table source
    add column tx xid8 not null default '0',
    add column change bigint not null default 0;
alter table source
    alter column tx set default pg_current_xact_id(),
    alter column change set default nextval('change');
create index source_tx on source (tx);

-- Keys follow from the demographics; what stands in block stands in memory now. The version before still reads it, so it goes with the next.
comment on table block is 'no longer read or written';
