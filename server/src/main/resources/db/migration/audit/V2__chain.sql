-- Every statement that adds rows to the trail seals them, in its own transaction, with a link of a chain of hashes: an edit, a deletion, a row
-- put in between or a change of order shows. There are as many chains as transactions were ever open at once, so that none waits for another.
create table chain (
    lane   bigint generated always as identity primary key,
    number bigint not null default 0,             -- of its last link
    hash   bytea  not null default sha256('weft audit chain')
) with (fillfactor = 30);

create table link (
    lane   bigint      not null references chain,
    number bigint      not null,
    at     timestamptz not null default clock_timestamp(),
    ids    bigint[]    not null,                  -- of the rows sealed
    digest bytea       not null,                  -- SHA-256 of what they say
    hash   bytea       not null,                  -- SHA-256 of the hash before, "lane:number:" and the digest
    primary key (lane, number)
);

-- The heads of all chains once a day. Their root is also told outside of the database: who rewrites all of it cannot rewrite that.
create table anchor (
    day     date        primary key,
    at      timestamptz not null default clock_timestamp(),
    lanes   bigint[]    not null,
    numbers bigint[]    not null,
    hashes  bytea[]     not null,
    root    bytea       not null
);

-- A field with its length in bytes before it, so that no two rows have one text.
create function field(value text) returns text language sql immutable
    return octet_length(convert_to(value, 'UTF8')) || ':' || value;

create function said(e event) returns text language sql immutable
    return audit.field(e.id::text) || audit.field(((extract(epoch from e.at) * 1000000)::bigint)::text) || audit.field(e.action)
        || audit.field(e.outcome) || audit.field(e.username) || audit.field(e.name) || audit.field(e.party) || audit.field(e.party_name)
        || audit.field(e.purpose) || audit.field(e.subject) || audit.field(array_to_string(e.pats, ','));

create function append(rows bigint[], digest bytea) returns void language plpgsql as $$
declare
    head audit.chain;
    next bytea;
begin
    select * into head from audit.chain order by lane limit 1 for update skip locked;
    if not found then
        insert into audit.chain default values returning * into head;
    end if;
    next := sha256(head.hash || convert_to(head.lane || ':' || (head.number + 1) || ':', 'UTF8') || digest);
    insert into audit.link (lane, number, ids, digest, hash) values (head.lane, head.number + 1, rows, digest, next);
    update audit.chain set number = head.number + 1, hash = next where lane = head.lane;
end $$;

create function seal() returns trigger language plpgsql as $$
declare
    rows   bigint[];
    digest bytea;
begin
    select array_agg(e.id order by e.id), sha256(convert_to(string_agg(audit.said(e), '' order by e.id), 'UTF8'))
      into rows, digest from added e;
    if rows is not null then
        perform audit.append(rows, digest);
    end if;
    return null;
end $$;

-- What is there already is sealed as it stands.
do $$
declare
    rows   bigint[];
    digest bytea;
    last   bigint := 0;
begin
    loop
        select array_agg(e.id order by e.id), sha256(convert_to(string_agg(audit.said(e), '' order by e.id), 'UTF8'))
          into rows, digest from (select * from audit.event where id > last order by id limit 1000) e;
        exit when rows is null;
        perform audit.append(rows, digest);
        last := rows[array_upper(rows, 1)];
    end loop;
end $$;

create trigger seal after insert on event referencing new table as added for each statement execute function seal();
create trigger append_only before update or delete on link for each row execute function refuse_change();
create trigger keep_all before truncate on link for each statement execute function refuse_change();
create trigger append_only before update or delete on anchor for each row execute function refuse_change();
create trigger keep_all before truncate on anchor for each statement execute function refuse_change();
