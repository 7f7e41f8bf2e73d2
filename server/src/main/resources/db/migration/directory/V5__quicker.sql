-- Towns and organisations are found by an index, and words by no stem that says nothing.

create index on location (directory.plain(city));

alter table organization
    add column search tsvector not null generated always as (
        directory.vector(coalesce(document ->> 'name', '') || ' ' || coalesce(document ->> 'description', ''))) stored;
create index on organization using gin (search);

-- As before, but a stem of three letters or fewer of a much longer word is passed over: "comida" becomes "com", which is also what the English
-- "come" becomes, and so it found nearly every listing.
create or replace function query_of(groups text[]) returns tsquery stable language plpgsql as $$
declare
    asked  tsquery;
    one    tsquery;
    part   tsquery;
    words  text;
    word   text;
    head   text;
    begins boolean;
    config regconfig;
begin
    foreach words in array groups loop
        head := split_part(words, '|', 1);
        continue when numnode(plainto_tsquery('pg_catalog.english', head)) = 0 or numnode(plainto_tsquery('pg_catalog.spanish', head)) = 0;
        one := null;
        foreach word in array string_to_array(words, '|') loop
            begins := word !~ ' ' and length(word) >= case when word = head then 3 else 4 end;
            if begins then
                one := coalesce(one || to_tsquery('pg_catalog.simple', word || ':*'), to_tsquery('pg_catalog.simple', word || ':*'));
            elsif word = head then
                one := phraseto_tsquery('pg_catalog.simple', head);
            end if;
            foreach config in array array['pg_catalog.english', 'pg_catalog.spanish']::regconfig[] loop
                part := phraseto_tsquery(config, word);
                if numnode(part) > 0 and not (begins and starts_with(part::text, '''' || word))
                        and not (begins and length(part::text) <= 5 and length(word) >= 6)
                        and position(part::text in coalesce(one::text, '')) = 0 then
                    one := coalesce(one || part, part);
                end if;
            end loop;
        end loop;
        asked := coalesce(asked && one, one);
    end loop;
    return asked;
end $$;

-- Postcodes (and whatever else has a digit) in the names of where a service is for.
create function area_codes_of(document jsonb) returns text[] immutable parallel safe language sql
    return coalesce((
        select array_agg(distinct word)
          from jsonb_path_query(document, '$.service_areas[*]') a,
               lateral regexp_split_to_table(concat_ws(' ', a ->> 'name', case when a ->> 'extent' !~ '^\s*\{' then a ->> 'extent' end),
                                             '[^0-9A-Za-z]+') word
         where word ~ '[0-9]' and length(word) <= 10), '{}');

alter table service
    add column area_codes text[] not null generated always as (directory.area_codes_of(document)) stored;
create index on service using gin (area_codes);
