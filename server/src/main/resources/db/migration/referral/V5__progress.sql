-- Between yes and help (decision 34): appointments, the waitlist, attempts to reach the person, and what came of it.
alter table referral
    add column since     timestamptz not null default now(), -- it has stood at its status
    add column contacted timestamptz;                        -- when whoever helps first recorded an attempt or an appointment
update referral set since = coalesce(closed_at, started_at, answered_at, sent_at);
create index on referral (since) where status in ('accepted', 'in-progress') and overdue is null;

alter table event add column detail text;  -- what a line tells beside its words: a moment, a way of reaching somebody, a place in a line

create table progress (
    referral_id     text primary key references referral,
    business_status text,                   -- code of BSeR's TaskBusinessStatusCS, as Task.businessStatus has it
    business_words  text,
    appointment_id  text,                   -- id of the Appointment that counts
    starts          timestamptz,
    place           text,
    words           text,                   -- for the person
    position        int check (position between 1 and 9999) -- on the waitlist
);

create unique index on progress (appointment_id);

-- An attempt to reach the person: a Communication of whoever helps, based on the ServiceRequest.
create table attempt (
    id          text primary key,           -- of the Communication
    referral_id text        not null references referral,
    medium      text        not null,
    at          timestamptz not null,
    words       text,
    name        text        not null,       -- of who recorded it
    form_key    uuid unique
);
create index on attempt (referral_id, at);

create table outcome (
    referral_id text primary key references referral,
    kind        text,                       -- SNOMED CT code of what was given
    quantity    numeric(12, 2),
    unit        text,
    cost        numeric(9, 2) check (cost between 0 and 1000000), -- US dollars
    resolved    text,                       -- SNOMED CT code of Procedure.outcome
    enrolment   text                        -- SDOHCC code
);
