-- Looking after the directory: quicker words, suggestions, what is right still, and feeds that are fetched.

-- What is asked for: each group of words that mean the same, all groups together. Words that say nothing are passed over, and what the
-- beginning of a word finds already is not asked for again.
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
                        and position(part::text in coalesce(one::text, '')) = 0 then
                    one := coalesce(one || part, part);
                end if;
            end loop;
        end loop;
        asked := coalesce(asked && one, one);
    end loop;
    return asked;
end $$;
