-- One organisation that two feeds bring: what people decided of pairs, each word kept; the latest of a pair counts.
create table same (
    n       bigint generated always as identity primary key,
    one     text        not null references organization on delete cascade,
    other   text        not null references organization on delete cascade,
    verdict text        not null check (verdict in ('same', 'different', 'undone')),
    by_whom text        not null,
    at      timestamptz not null default now(),
    check (one < other)
);
create index on same (one, other, n desc);

-- A service that another of the same organisation stands for in searches; null for one that stands for itself.
alter table service add column same_as text references service on delete set null;
create index on service (same_as) where same_as is not null;

-- Worked out anew from what was decided: of organisations that are one, services of one name are one. Those that are open, and of members, stand for others.
create function join_services() returns table (id text) language sql as $$
    with recursive said as (
        select distinct on (one, other) one, other, verdict from directory.same order by one, other, n desc),
    pairs (a, b) as (
        select one, other from said where verdict = 'same' union select other, one from said where verdict = 'same'),
    reach (a, b) as (
        select a, a from pairs union select r.a, p.b from reach r join pairs p on p.a = r.b),
    alike as (select a as id, min(b) as whole from reach group by a),
    ranked as (
        select s.id, first_value(s.id) over (partition by g.whole, directory.plain(s.name)
                   order by s.status = 'active' desc, o.member desc, s.id) as shown
          from directory.service s join alike g on g.id = s.organization_id join directory.organization o on o.id = s.organization_id)
    update directory.service s set same_as = w.same_as
      from (select e.id, nullif(r.shown, e.id) as same_as from directory.service e left join ranked r on r.id = e.id
             where e.same_as is not null or r.id is not null) w
     where w.id = s.id and s.same_as is distinct from w.same_as
    returning s.id;
$$;
