-- Notices to people, and about whom none may leave (decision 26).

-- The Flags in force. Quiet is what says so itself, and what carries the sensitive category of violence.
create table flag (
    rid   bigint primary key,                     -- record.res.rid of the Flag
    pat   bigint  not null,                       -- and of the Patient it is about
    quiet boolean not null,                       -- says: no notices
    until timestamptz
);
create index on flag (pat);
insert into flag (rid, pat, quiet)
select rid, pat, false from record.res
 where rtype = 'Flag' and not deleted and pat <> 0 and convert_from(body, 'UTF8')::jsonb ->> 'status' = 'active';

-- Whether no notice about who this Patient is may leave: by a flag at any copy of the person.
create function is_quiet(patient bigint) returns boolean language sql stable as $$
    select exists (
        select from notice.flag f
         where (f.pat = patient or f.pat in (
                   select other.pat from security.relation mine join security.relation other using (party)
                    where mine.pat = patient and mine.basis = 'self' and other.basis = 'self'))
           and (f.until is null or f.until > now())
           and (f.quiet or exists (select from security.sensitive z where z.rid = f.rid and z.categories & 16 <> 0)))
$$;

-- Mails that wait, kept in the transaction that made them needed. What they say is a key of the messages: nothing of anybody's health.
create table mail (
    id       bigint generated always as identity primary key,
    made     timestamptz not null default now(),
    username text        not null references security.account,
    words    text        not null,
    person   text,                                -- whom it is about, without its type; null for nobody in particular
    due      timestamptz not null default now(),
    tries    int         not null default 0,
    ended    timestamptz,
    outcome  text check (outcome in ('SENT', 'HELD', 'NOBODY', 'FAILED')),
    check ((ended is null) = (outcome is null))
);
create index on mail (due) where ended is null;
create index on mail (ended) where outcome = 'FAILED';

-- The same moment, or the next morning where it lies in the night: from `evening` until `morning` o'clock.
create function by_day(at timestamptz, zone text, evening int, morning int) returns timestamptz language sql stable as $$
    select case
        when extract(hour from at at time zone zone) >= evening
            then (date_trunc('day', at at time zone zone) + make_interval(days => 1, hours => morning)) at time zone zone
        when extract(hour from at at time zone zone) < morning
            then (date_trunc('day', at at time zone zone) + make_interval(hours => morning)) at time zone zone
        else at end
$$;
