-- The directory as tables of HSDS 3.1. Each entity keeps its document with what belongs to it alone (phones, schedules, languages, ...)
-- inside; what search and joins need is generated from the document, so that the two cannot differ.
create extension if not exists unaccent schema public;
create extension if not exists fuzzystrmatch schema public;

-- ------------------------------------------------------------------------------------------ reading a document
create function number_of(words text) returns numeric immutable parallel safe language sql
    return case when words ~ '^-?[0-9]{1,15}([.][0-9]+)?$' then words::numeric end;

create function date_of(words text) returns date immutable parallel safe language plpgsql as $$
begin
    return make_date(substr(words, 1, 4)::int, substr(words, 6, 2)::int, substr(words, 9, 2)::int);
exception when others then
    return null;  -- no date: the document keeps what was written
end $$;

create function time_of(words text) returns timestamptz stable language plpgsql as $$
begin
    return words::timestamptz;
exception when others then
    return null;
end $$;

-- Codes of the terms an entity is filed under.
create function codes_of(document jsonb) returns text[] immutable parallel safe language sql
    return coalesce((select array_agg(distinct a #>> '{taxonomy_term,code}')
                       from jsonb_path_query(document, '$.attributes[*]') a where a #>> '{taxonomy_term,code}' is not null), '{}');

create function terms_of(document jsonb) returns text[] immutable parallel safe language sql
    return coalesce((select array_agg(distinct coalesce(a ->> 'taxonomy_term_id', a #>> '{taxonomy_term,id}'))
                       from jsonb_path_query(document, '$.attributes[*]') a
                      where coalesce(a ->> 'taxonomy_term_id', a #>> '{taxonomy_term,id}') is not null), '{}');

create function languages_of(document jsonb) returns text[] immutable parallel safe language sql
    return coalesce((select array_agg(distinct l ->> 'code') from jsonb_path_query(document, '$.languages[*]') l
                      where l ->> 'code' <> ''), '{}');

-- Lower case and without accents.
create function plain(words text) returns text immutable parallel safe language sql
    return lower(public.unaccent('public.unaccent'::regdictionary, coalesce(words, '')));

-- What a text is found by: its words as they are, and their stems in both languages.
create function vector(words text) returns tsvector immutable parallel safe language sql
    return to_tsvector('pg_catalog.simple', directory.plain(words)) || to_tsvector('pg_catalog.english', directory.plain(words))
        || to_tsvector('pg_catalog.spanish', directory.plain(words));

-- ------------------------------------------------------------------------------------------ feeds
create table feed (
    id        text primary key check (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name      text        not null,
    keeps_ids boolean     not null default false,  -- its ids are the directory's own: the network's members
    mapping   jsonb,                               -- for plain CSV: which column means what
    created   timestamptz not null default now()
);
insert into feed (id, name, keeps_ids) values ('network', 'Members of the network', true);

-- A feed that was read and held against the directory; applied once somebody said so.
create table run (
    id       bigint generated always as identity primary key,
    feed     text        not null references feed,
    state    text        not null check (state in ('checked', 'applied', 'discarded')),
    whole    boolean     not null,                -- what it does not have is withdrawn
    file     text        not null,
    by_whom  text        not null,
    started  timestamptz not null default now(),
    applied  timestamptz,
    counts   jsonb       not null default '{}'
);
create index on run (feed, id desc);

create table finding (
    run       bigint not null references run on delete cascade,
    n         bigint generated always as identity,
    error     boolean not null,                   -- the row was left out; else only told
    file      text not null,
    line      bigint not null,
    type      text not null,
    source_id text not null,
    message   text not null,
    primary key (run, n)
);

-- What a feed calls something, and what it is here. Two feeds may mean different things by one id, and one thing by two.
create table source (
    feed      text not null references feed,
    type      text not null,
    source_id text not null,
    id        text not null,
    primary key (feed, type, source_id)
);
create index on source (type, id);

create table staged (
    run             bigint not null references run on delete cascade,
    n               bigint generated always as identity primary key,
    type            text   not null,
    source_id       text   not null,
    owner_type      text,                          -- for what belongs inside another row
    owner_source_id text,
    field           text,
    document        jsonb  not null,
    file            text   not null,
    line            bigint not null,
    id              text,
    after           jsonb,
    verdict         text check (verdict in ('new', 'changed', 'same'))
);
create index on staged (run, type, source_id);
create index on staged (run, owner_type, owner_source_id) where owner_type is not null;

-- Who said which field, and what it was before.
create table change (
    n      bigint generated always as identity primary key,
    type   text        not null,
    id     text        not null,
    field  text        not null,
    before jsonb,
    after  jsonb,
    by_whom text       not null,                  -- feed:<id> or account:<name>
    run    bigint,
    at     timestamptz not null default now()
);
create index on change (type, id, n);

-- ------------------------------------------------------------------------------------------ entities
create table taxonomy (
    id         text primary key,
    feed       text        not null references feed default 'network',
    document   jsonb       not null,
    provenance jsonb       not null default '{}', -- field -> {"by": ..., "run": ...}
    modified   timestamptz not null default now(),
    name       text generated always as (document ->> 'name') stored
);

create table taxonomy_term (
    id          text primary key,
    feed        text        not null references feed default 'network',
    document    jsonb       not null,
    provenance  jsonb       not null default '{}',
    modified    timestamptz not null default now(),
    name        text generated always as (document ->> 'name') stored,
    taxonomy_id text generated always as (document ->> 'taxonomy_id') stored,
    parent_id   text generated always as (document ->> 'parent_id') stored
);
create index on taxonomy_term (taxonomy_id);
create index on taxonomy_term (parent_id);

create table program (
    id              text primary key,
    feed            text        not null references feed default 'network',
    document        jsonb       not null,
    provenance      jsonb       not null default '{}',
    modified        timestamptz not null default now(),
    organization_id text not null generated always as (document ->> 'organization_id') stored references organization,
    name            text generated always as (document ->> 'name') stored
);
create index on program (organization_id);

create table location (
    id              text primary key,
    feed            text        not null references feed default 'network',
    document        jsonb       not null,
    provenance      jsonb       not null default '{}',
    modified        timestamptz not null default now(),
    organization_id text generated always as (document ->> 'organization_id') stored references organization,
    name            text generated always as (document ->> 'name') stored,
    latitude        double precision generated always as (directory.number_of(document ->> 'latitude')) stored,
    longitude       double precision generated always as (directory.number_of(document ->> 'longitude')) stored,
    postcode        text generated always as (document #>> '{addresses,0,postal_code}') stored,
    city            text generated always as (document #>> '{addresses,0,city}') stored
);
create index on location (organization_id);
create index on location (latitude, longitude);
create index on location (left(postcode, 5));

-- What stood inside the organisations' documents.
insert into location (id, document)
select l ->> 'id', l || jsonb_build_object('organization_id', o.id)
  from organization o, jsonb_path_query(o.document, '$.locations[*]') l where l ->> 'id' is not null
    on conflict do nothing;
create temporary table offered as
select coalesce(a ->> 'id', md5(s.id || '/' || (a ->> 'location_id'))::uuid::text) as id,
       a || jsonb_build_object('service_id', s.id) as document
  from service s, jsonb_path_query(s.document, '$.service_at_locations[*]') a
 where exists (select from location l where l.id = a ->> 'location_id');
update organization set document = document - 'locations' - 'services';
update service set document = document - 'service_at_locations' || jsonb_build_object('organization_id', organization_id);
drop table service_location;

alter table organization
    drop column name, drop column kind,
    add column feed text not null references feed default 'network',
    add column provenance jsonb not null default '{}',
    add column modified timestamptz not null default now(),
    add column member boolean not null default true,   -- has accounts here: referrals can be sent to it
    add column name text generated always as (document ->> 'name') stored,
    add column kind text generated always as (coalesce(document ->> 'kind', 'community')) stored;
alter table organization alter column member set default false;

alter table service
    drop column organization_id, drop column name, drop column status, drop column categories, drop column languages,
    drop column minimum_age, drop column maximum_age, drop column maximum, drop column unit, drop column assured_date,
    add column feed text not null references feed default 'network',
    add column provenance jsonb not null default '{}',
    add column modified timestamptz not null default now(),
    add column organization_id text not null generated always as (document ->> 'organization_id') stored references organization,
    add column program_id text generated always as (document ->> 'program_id') stored,
    add column name text generated always as (document ->> 'name') stored,
    add column status text not null generated always as (document ->> 'status') stored
        check (status in ('active', 'inactive', 'defunct', 'temporarily closed')),
    add column categories text[] not null generated always as (directory.codes_of(document)) stored,
    add column terms text[] not null generated always as (directory.terms_of(document)) stored,
    add column languages text[] not null generated always as (directory.languages_of(document)) stored,
    add column minimum_age int generated always as (floor(directory.number_of(document ->> 'minimum_age'))) stored,
    add column maximum_age int generated always as (floor(directory.number_of(document ->> 'maximum_age'))) stored,
    add column maximum int generated always as (floor(directory.number_of(document #>> '{capacities,0,maximum}'))) stored,
    add column unit text generated always as (document #>> '{capacities,0,unit,name}') stored,
    add column assured_date date generated always as (directory.date_of(document ->> 'assured_date')) stored,
    add column search tsvector not null default '';
create index on service (organization_id);
create index on service using gin (categories);
create index on service using gin (terms);
create index on service using gin (search);
create index on service (modified);

create table service_at_location (
    id          text primary key,
    feed        text        not null references feed default 'network',
    document    jsonb       not null,
    provenance  jsonb       not null default '{}',
    modified    timestamptz not null default now(),
    service_id  text not null generated always as (document ->> 'service_id') stored references service,
    location_id text not null generated always as (document ->> 'location_id') stored references location
);
create index on service_at_location (service_id);
create index on service_at_location (location_id);
insert into service_at_location (id, document) select id, document from offered on conflict do nothing;
drop table offered;

insert into source (feed, type, source_id, id)
select 'network', 'organization', id, id from organization
union all select 'network', 'service', id, id from service
union all select 'network', 'location', id, id from location
union all select 'network', 'service_at_location', id, id from service_at_location;

-- ------------------------------------------------------------------------------------------ what search needs
-- When a service is open: each week on a day, or on one date; or closed from a date to a date, whatever else is said.
create table opening (
    service_id text    not null references service on delete cascade,
    day        int,                               -- 1 Monday to 7
    on_date    date,
    closed     boolean not null default false,
    opens      time,
    closes     time,
    zone       text    not null,
    valid_from date,
    valid_to   date
);
create index on opening (service_id);

-- Every word that stands in the directory, for what somebody may have meant.
create table word (word text primary key);
create index on word using gin (word public.gin_trgm_ops);
create index on word (word text_pattern_ops);

create function index_services(ids text[]) returns void language sql as $$
    with texts as (
        select s.id, concat_ws(' ', s.name, s.document ->> 'alternate_name', s.document #>> '{translations,es,name}') as names,
               concat_ws(' ', o.name, o.document ->> 'alternate_name', p.name,
                         (select string_agg(concat_ws(' ', a #>> '{taxonomy_term,name}', a ->> 'label'), ' ')
                            from jsonb_path_query(s.document, '$.attributes[*]') a)) as filed,
               concat_ws(' ', s.document ->> 'description', s.document ->> 'keywords', s.document -> 'translations' ->> 'es',
                         s.document ->> 'eligibility_description') as told,
               (select string_agg(concat_ws(' ', l.name, l.city), ' ')
                  from directory.service_at_location a join directory.location l on l.id = a.location_id
                 where a.service_id = s.id) as places
          from directory.service s join directory.organization o on o.id = s.organization_id
          left join directory.program p on p.id = s.program_id
         where s.id = any (ids)),
    words as (
        insert into directory.word
        select distinct w from texts, unnest(tsvector_to_array(
            to_tsvector('pg_catalog.simple', directory.plain(concat_ws(' ', names, filed, told, places))))) w
         where length(w) between 3 and 40 and w !~ '[0-9]'
            on conflict do nothing)
    update directory.service s
       set search = setweight(directory.vector(names), 'A') || setweight(directory.vector(filed), 'B')
                 || setweight(directory.vector(told), 'C') || setweight(directory.vector(places), 'D')
      from texts t where t.id = s.id;
$$;
select index_services(array(select id from service));

-- A document after a feed has spoken: what others said of a field stays, what the feed said before and says no more goes.
create function merged(existing jsonb, provenance jsonb, incoming jsonb, by_whom text) returns jsonb immutable parallel safe language sql
    return case when existing is null then incoming else coalesce((
        select jsonb_object_agg(key, value) from (
            select key, value from jsonb_each(existing) where provenance -> key ->> 'by' <> by_whom
            union all
            select key, value from jsonb_each(incoming)
             where not (existing ? key and coalesce(provenance -> key ->> 'by', by_whom) <> by_whom)) f), '{}') end;

-- What is asked for: each group of words that mean the same, all groups together. Words that say nothing are passed over.
create function query_of(groups text[]) returns tsquery stable language plpgsql as $$
declare
    asked tsquery;
    one   tsquery;
    words text;
    word  text;
    head  text;
begin
    foreach words in array groups loop
        head := split_part(words, '|', 1);
        continue when numnode(plainto_tsquery('pg_catalog.english', head)) = 0 or numnode(plainto_tsquery('pg_catalog.spanish', head)) = 0;
        one := case when length(head) >= 3 and head !~ ' ' then to_tsquery('pg_catalog.simple', head || ':*')
                    else phraseto_tsquery('pg_catalog.simple', head) end;
        foreach word in array string_to_array(words, '|') loop
            one := one || phraseto_tsquery('pg_catalog.english', word) || phraseto_tsquery('pg_catalog.spanish', word);
            if length(word) >= 4 and word !~ ' ' then
                one := one || to_tsquery('pg_catalog.simple', word || ':*');
            end if;
        end loop;
        asked := coalesce(asked && one, one);
    end loop;
    return asked;
end $$;

-- Metres between two points: the haversine formula on a sphere of 6371 km.
create function metres(lat1 double precision, lon1 double precision, lat2 double precision, lon2 double precision)
    returns double precision immutable parallel safe language sql
    return 2 * 6371000 * asin(sqrt(least(1, power(sin(radians(lat2 - lat1) / 2), 2)
        + cos(radians(lat1)) * cos(radians(lat2)) * power(sin(radians(lon2 - lon1) / 2), 2))));
