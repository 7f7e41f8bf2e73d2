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

-- Whoever changes what is compared, the version before as well: it knows nothing of these columns.
create function source_changed() returns trigger language plpgsql as $$
begin
    new.tx := pg_current_xact_id();
    new.change := nextval('identity.change');
    return new;
end $$;
create trigger source_changed before update of demographics on source
    for each row when (old.demographics is distinct from new.demographics) execute function source_changed();

-- Keys follow from the demographics; what stands in block stands in memory now. The version before still reads it, so it goes with the next.
comment on table block is 'no longer read or written';
