-- What people narrow a search by. Beside the words, a service has traits, read from what its listing says: lang:es, takes:medicaid, free,
-- wheelchair. One index answers any of them together.

-- A language by its code of two letters, whatever a feed calls it.
create function language_of(words text) returns text immutable parallel safe language sql
    return (select coalesce((select code from (values
        ('en', '(en|eng|english|ingles)'), ('es', '(es|spa|spanish|espanol)'), ('zh', '(zh|zho|chi|chinese|mandarin|cantonese)'),
        ('vi', '(vi|vie|vietnamese)'), ('pt', '(pt|por|portuguese)'), ('fr', '(fr|fra|fre|french)'), ('ht', '(ht|hat|haitian|haitian creole|creole)'),
        ('ar', '(ar|ara|arabic)'), ('ru', '(ru|rus|russian)'), ('ko', '(ko|kor|korean)'), ('tl', '(tl|tgl|fil|tagalog|filipino)'),
        ('so', '(so|som|somali)'), ('pl', '(pl|pol|polish)'), ('hi', '(hi|hin|hindi)'), ('km', '(km|khm|khmer|cambodian)'),
        ('fa', '(fa|fas|per|farsi|persian|dari)'), ('uk', '(uk|ukr|ukrainian)'), ('ur', '(ur|urd|urdu)'), ('ase', '(ase|sgn-us|asl|american sign language)')
        ) known (code, pattern) where w ~ ('^' || pattern || '(-[a-z]{2,4})?$')),
        case when w ~ '^[a-z]{2}(-[a-z0-9]{2,8})*$' then left(w, 2) end)
      from (select directory.plain(trim(words)) as w) said);

-- Insurance that a listing says it takes; "none" where it serves people without. What it says it does not take is passed over.
create function insurances_of(document jsonb) returns text[] immutable parallel safe language sql
    return (
        with said as (
            select directory.plain(concat_ws('. ', document ->> 'fees_description', document ->> 'accepted_payments',
                       document ->> 'eligibility_description', document ->> 'insurance', document ->> 'payments_accepted',
                       (select string_agg(concat_ws(', ', c ->> 'option', c ->> 'amount_description'), '. ')
                          from jsonb_path_query(document, '$.cost_options[*]') c),
                       (select string_agg(concat_ws(', ', a #>> '{taxonomy_term,name}', a ->> 'label', a ->> 'value'), '. ')
                          from jsonb_path_query(document, '$.attributes[*]') a))) as words),
        taken as (
            select words, regexp_replace(words, '\m(not|cannot|can''t|doesn''t|don''t|no longer|except)\M[^.;]*', ' ', 'g') as words_taken from said)
        select coalesce(array_agg(code order by code), '{}') from taken, (values
            ('chip', '\m(chip|children''s health insurance)\M'), ('medicaid', '\m(medicaid|medi-?cal|masshealth|badgercare|soonercare)\M'),
            ('medicare', '\mmedicare\M'), ('none', ''), ('private', '\m(private|commercial|most|all major|third.party)( health| medical)? (insurances?|insurers)\M'),
            ('tricare', '\m(tricare|champva)\M')) known (code, pattern)
         where case when code = 'none' then words ~ '\m(uninsured|(without|no) (health )?insurance|regardless of insurance|sin seguro)\M'
                    else words_taken ~ pattern end);

-- Whether a listing says that it costs nothing.
create function is_free(document jsonb) returns boolean immutable parallel safe language sql
    return (
        select case when coalesce(highest, 0) > 0 or words ~ '\$ ?[1-9]' then false
                    else coalesce(highest = 0, false)
                         or words ~ '\m(free|no (cost|charge|fees?)|without (cost|charge)|gratis|gratuit[oa]s?|sin costo)\M'
                            and words !~ '\m(sliding|not free|free for|except)\M' end
          from (select directory.plain(concat_ws('. ', document ->> 'fees_description', (
                           select string_agg(concat_ws(', ', c ->> 'option', c ->> 'amount_description'), '. ')
                             from jsonb_path_query(document, '$.cost_options[*]') c))) as words,
                       (select max(directory.number_of(c ->> 'amount')) from jsonb_path_query(document, '$.cost_options[*]') c) as highest) said);

-- Whether a place says that somebody in a wheelchair gets in.
create function lets_wheelchairs_in(document jsonb) returns boolean immutable parallel safe language sql
    return exists (
        select from jsonb_path_query(document, '$.accessibility[*]') a,
               lateral (select directory.plain(concat_ws(' ', a ->> 'description', a ->> 'details')) as words) said
         where words ~ '\m(wheelchairs?|silla de ruedas|ada|step.?free|ramps?)\M' and words !~ '\m(not|no|without|sin)\M');

-- Names and postcodes of where a service is for, without what makes names differ; "anywhere" for all.
create function areas_of(document jsonb) returns text[] immutable parallel safe language sql
    return coalesce((
        select array_agg(distinct name) from (
            select case when w ~ '^(statewide|nationwide|national|united states|usa|no restrictions?|anywhere|any|all)$' then 'anywhere' else w end as name
              from jsonb_path_query(document, '$.service_areas[*]') a,
                   lateral (values (a ->> 'name'), (case when length(a ->> 'extent') <= 2000 and a ->> 'extent' !~ '^\s*\{' then a ->> 'extent' end)) t (told),
                   lateral regexp_split_to_table(told, '\s*[,;|/]\s*') part,
                   lateral (select trim(regexp_replace(directory.plain(part), '(^(city|town|county) of | (county|city|town)$)', '', 'g')) as w) p
             where w <> '') n), '{}');

-- Outlines of where a service is for, as far as they are GeoJSON; longitude first. Holes are passed over.
create function shapes_of(document jsonb) returns setof polygon immutable parallel safe language plpgsql as $$
declare
    extent jsonb;
    told   text;
    ring   jsonb;
begin
    for told in select a ->> 'extent' from jsonb_path_query(document, '$.service_areas[*]') a
                 where a ->> 'extent' ~ '^\s*\{' and length(a ->> 'extent') < 1000000 loop
        begin
            extent := told::jsonb;
            for ring in select r from jsonb_path_query(extent, 'strict $.** ? (@.type == "Polygon").coordinates[0]') r
                        union all select r from jsonb_path_query(extent, 'strict $.** ? (@.type == "MultiPolygon").coordinates[*][0]') r limit 100 loop
                return next ('(' || (select string_agg('(' || (p ->> 0)::float8 || ',' || (p ->> 1)::float8 || ')', ',' order by n)
                                       from jsonb_array_elements(ring) with ordinality e (p, n)) || ')')::polygon;
            end loop;
        exception when others then
            continue;  -- no outline: the document keeps what was written
        end;
    end loop;
end $$;

create or replace function languages_of(document jsonb) returns text[] immutable parallel safe language sql
    return coalesce((select array_agg(distinct code) from jsonb_path_query(document, '$.languages[*]') l,
                            lateral (select directory.language_of(coalesce(nullif(l ->> 'code', ''), l ->> 'name')) as code) known
                      where code is not null), '{}');

alter table location
    add column wheelchair boolean not null generated always as (directory.lets_wheelchairs_in(document)) stored,
    add column region text generated always as (document #>> '{addresses,0,region}') stored,
    add column state text generated always as (document #>> '{addresses,0,state_province}') stored;

alter table service
    drop column languages;
alter table service
    add column languages text[] not null generated always as (directory.languages_of(document)) stored,
    add column insurances text[] not null generated always as (directory.insurances_of(document)) stored,
    add column areas text[] not null generated always as (directory.areas_of(document)) stored,
    add column traits text[] not null default '{}';
create index on service using gin (traits);

create table area_shape (
    service_id text    not null references service on delete cascade,
    shape      polygon not null
);
create index on area_shape (service_id);

-- Traits and outlines made anew, after the services, their places or these changed.
create function trait_services(ids text[]) returns void language sql as $$
    update directory.service s
       set traits = array(select 'lang:' || l from unnest(s.languages) l) || array(select 'takes:' || i from unnest(s.insurances) i)
                 || case when directory.is_free(s.document) then '{free}'::text[] else '{}' end
                 || case when exists (select from directory.service_at_location a join directory.location l on l.id = a.location_id
                                       where a.service_id = s.id and l.wheelchair) then '{wheelchair}'::text[] else '{}' end
     where s.id = any (ids);
    delete from directory.area_shape where service_id = any (ids);
    insert into directory.area_shape (service_id, shape)
    select s.id, shape from directory.service s, directory.shapes_of(s.document) shape where s.id = any (ids);
$$;
select trait_services(array(select id from service));
