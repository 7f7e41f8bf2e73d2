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

-- ------------------------------------------------------------------------------------------ edits by people
-- As before, but what a person took out stays out.
create or replace function merged(existing jsonb, provenance jsonb, incoming jsonb, by_whom text) returns jsonb
    immutable parallel safe language sql
    return case when existing is null then incoming else coalesce((
        select jsonb_object_agg(key, value) from (
            select key, value from jsonb_each(existing) where provenance -> key ->> 'by' <> by_whom
            union all
            select key, value from jsonb_each(incoming) where coalesce(provenance -> key ->> 'by', by_whom) = by_whom) f), '{}') end;

-- Who had said the field before a person changed it, so that taking the change back gives it to them again.
alter table change
    add column provenance jsonb,
    add column undoes bigint references change;
create unique index on change (undoes);

-- What somebody says is wrong or missing in a listing. Fields are what they would set; words are for whoever looks after the directory.
create table suggestion (
    id         bigint generated always as identity primary key,
    service_id text        not null references service on delete cascade,
    fields     jsonb       not null default '{}',   -- name of a ListingField -> words
    about      text        not null,
    words      text        not null default '',
    source     text        not null,                -- public, account:<name> or organization:<id>
    made       timestamptz not null default now(),
    state      text        not null default 'open' check (state in ('open', 'taken', 'declined')),
    decided    timestamptz,
    decided_by text,
    check ((state = 'open') = (decided is null))
);
create index on suggestion (made) where state = 'open';
-- The same said twice stands once.
create unique index on suggestion (service_id, about, md5(words || fields::text), source) where state = 'open';

-- Where an organisation can be asked by mail: its own address, else that of a contact, else of a service.
create function mail_of(organization text) returns text stable language sql
    return (select coalesce(
        nullif(o.document ->> 'email', ''),
        (select c ->> 'email' from jsonb_path_query(o.document, '$.contacts[*]') c where c ->> 'email' <> '' limit 1),
        (select s.document ->> 'email' from directory.service s
          where s.organization_id = o.id and s.status <> 'inactive' and s.document ->> 'email' <> '' order by s.id limit 1))
      from directory.organization o where o.id = organization);

-- An organisation asked whether its listings are right still, by a link that needs no account. The mail waits here until it is taken.
create table ask (
    id              bigint generated always as identity primary key,
    organization_id text        not null references organization on delete cascade,
    mail            text        not null,
    by_whom         text        not null,
    made            timestamptz not null default now(),
    due             timestamptz not null default now(),
    tries           int         not null default 0,
    sent            timestamptz,
    failed          timestamptz,
    hash            bytea unique,                   -- of the secret in the link that was sent last
    expires         timestamptz,
    answered        timestamptz
);
create index on ask (due) where sent is null and failed is null;
create index on ask (organization_id, made);
