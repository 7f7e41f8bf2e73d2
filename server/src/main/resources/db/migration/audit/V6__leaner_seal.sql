-- The same seal for less. That a link belongs to a chain was looked up for each; now no chain can go away, which comes to the same and costs an
-- insert nothing. The check of the trail finds links without their chain, too.
alter table link drop constraint link_lane_fkey;
create trigger keep_all before delete or truncate on chain for each statement execute function refuse_change();

-- Where the database keeps text as UTF-8, the bytes of a field can be counted without making them first.
do $do$
begin
    if current_setting('server_encoding') = 'UTF8' then
        create or replace function seal() returns trigger language plpgsql as $$
declare
    rows   bigint[];
    digest bytea;
begin
    select array_agg(t.number order by t.number),
           sha256(convert_to(string_agg(
                   octet_length(t.id) || ':' || t.id
                   || octet_length(t.at) || ':' || t.at
                   || octet_length(t.action) || ':' || t.action
                   || octet_length(t.outcome) || ':' || t.outcome
                   || octet_length(t.username) || ':' || t.username
                   || octet_length(t.name) || ':' || t.name
                   || octet_length(t.party) || ':' || t.party
                   || octet_length(t.party_name) || ':' || t.party_name
                   || octet_length(t.purpose) || ':' || t.purpose
                   || octet_length(t.subject) || ':' || t.subject
                   || octet_length(t.pats) || ':' || t.pats,
               '' order by t.number), 'UTF8'))
      into rows, digest
      from (select e.id as number, e.id::text as id, ((extract(epoch from e.at) * 1000000)::bigint)::text as at,
                   e.action, e.outcome, e.username, e.name, e.party, e.party_name, e.purpose, e.subject,
                   array_to_string(e.pats, ',') as pats
              from added e offset 0) t;
    if rows is not null then
        perform audit.append(rows, digest);
    end if;
    return null;
end
$$;
    end if;
end $do$;
