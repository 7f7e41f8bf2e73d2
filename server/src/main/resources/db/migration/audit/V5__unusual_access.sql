-- Looks that the privacy officer is shown because something about them is unusual, watched records, and people's questions about looks.
-- All are made of the trail and beside it: they change, the trail does not.

-- Lower case, without diacritics; what is no letter or digit is a blank.
create function folded(words text) returns text language sql immutable parallel safe
    return btrim(regexp_replace(regexp_replace(lower(normalize(words, NFKD)), '[\u0300-\u036f]', '', 'g'), '[^[:alnum:]]+', ' ', 'g'));

-- The words of a family name that tell something: no particles.
create function telling(words text[]) returns text[] language sql immutable parallel safe
    return array(select w from unnest(words) w where length(w) > 2 and w <> all (array['del', 'las', 'los', 'van', 'von', 'der', 'den', 'san', 'dos', 'das']));

-- How far the trail has been gone through, by id.
create table gone_through (
    position bigint not null
);
insert into gone_through values (0);

-- Who looked at which source patient on which day (UTC): people alone, not systems and not patients.
create table looked (
    username text        not null,
    day      date        not null,
    pat      bigint      not null,
    first    timestamptz not null,
    last     timestamptz not null,
    primary key (username, day, pat)
);
create index on looked (day);

-- At how many.
create table looked_day (
    username text not null,
    day      date not null,
    people   int  not null,
    primary key (username, day)
);

-- Somebody about whom many are curious: every look at their record is shown to the privacy officer.
create table watched (
    id     bigint generated always as identity primary key,
    person text        not null,
    pat    bigint      not null,                  -- one of their copies
    reason text        not null check (length(reason) between 5 and 500),
    since  timestamptz not null default now(),
    by     text        not null,                  -- user name
    ended  timestamptz
);
create unique index on watched (person) where ended is null;

create table finding (
    id         bigint generated always as identity primary key,
    kind       text        not null check (kind in ('SURNAME', 'COLLEAGUE', 'WATCHED', 'VOLUME')),
    day        date        not null,
    at         timestamptz not null,              -- of the last look
    username   text        not null,
    name       text        not null,
    party      text        not null,
    party_name text        not null,
    pat        bigint      not null default 0,    -- whose record; 0 for VOLUME
    detail     text        not null default '',   -- the family name, or the colleague
    people     int,                               -- VOLUME: how many records,
    usual      int,                               -- how many on a day of theirs,
    peers      int,                               -- and of those who do the same there
    outcome    text check (outcome in ('APPROPRIATE', 'INAPPROPRIATE', 'FOLLOW_UP')),
    note       text,
    reviewed   timestamptz,
    reviewer   text,
    check ((outcome is null) = (reviewed is null))
);
-- A look after the review is a new finding.
create unique index finding_once on finding (kind, username, day, pat) where outcome is null;
create index on finding (kind, id);
create index on finding (id) where outcome is null;

-- A person asks why somebody looked at their record.
create table question (
    id         bigint generated always as identity primary key,
    person     text        not null,              -- who asks, without its type
    event      bigint      not null references event,
    username   text        not null,              -- who looked, as the trail has it
    name       text        not null,
    party_name text        not null,
    looked     timestamptz not null,
    asked      timestamptz not null default now(),
    words      text        not null check (length(words) <= 500),
    answer     text check (length(answer) between 10 and 1000),
    answered   timestamptz,
    answerer   text,
    check ((answer is null) = (answered is null)),
    unique (person, event)
);
create index on question (asked) where answered is null;
create index on question (answered) where answered is not null;
