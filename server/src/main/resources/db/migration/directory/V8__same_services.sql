-- Services of organisations that are one, under different names in two feeds: what people decided of pairs, each word kept; the latest counts.
create table same_service (
    n       bigint generated always as identity primary key,
    one     text        not null references service on delete cascade,
    other   text        not null references service on delete cascade,
    verdict text        not null check (verdict in ('same', 'different', 'undone')),
    by_whom text        not null,
    at      timestamptz not null default now(),
    check (one < other)
);
create index on same_service (one, other, n desc);

-- Which organisations are one, each under the least of their ids.
create view alike as
    with recursive said as (
        select distinct on (one, other) one, other, verdict from directory.same order by one, other, n desc),
    pairs (a, b) as (
        select one, other from said where verdict = 'same' union select other, one from said where verdict = 'same'),
    reach (a, b) as (
        select a, a from pairs union select r.a, p.b from reach r join pairs p on p.a = r.b)
    select a as id, min(b) as whole from reach group by a;

-- Worked out anew from what was decided: of organisations that are one, services of one name are one, and those of which somebody said so.
-- Those that are open, and of members, stand for others.
create or replace function join_services() returns table (id text) language sql as $$
    with recursive known as (
        select s.id, g.whole, s.status, o.member,
               min(s.id) over (partition by g.whole, directory.plain(s.name)) as named
          from directory.service s join directory.alike g on g.id = s.organization_id join directory.organization o on o.id = s.organization_id),
    said as (
        select distinct on (one, other) one, other, verdict from directory.same_service order by one, other, n desc),
    edges (a, b) as (
        select id, named from known where named <> id union select named, id from known where named <> id
        union select t.one, t.other from said t join known a on a.id = t.one join known b on b.id = t.other and b.whole = a.whole where t.verdict = 'same'
        union select t.other, t.one from said t join known a on a.id = t.one join known b on b.id = t.other and b.whole = a.whole where t.verdict = 'same'),
    reach (a, b) as (
        select id, id from known union select r.a, e.b from reach r join edges e on e.a = r.b),
    grouped as (select a as id, min(b) as whole from reach group by a),
    ranked as (
        select k.id, first_value(k.id) over (partition by g.whole order by k.status = 'active' desc, k.member desc, k.id) as shown
          from known k join grouped g on g.id = k.id)
    update directory.service s set same_as = w.same_as
      from (select e.id, nullif(r.shown, e.id) as same_as from directory.service e left join ranked r on r.id = e.id
             where e.same_as is not null or r.id is not null) w
     where w.id = s.id and s.same_as is distinct from w.same_as
    returning s.id;
$$;
