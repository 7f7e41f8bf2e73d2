-- What came of a referral, read out of the Procedure, the Observation and the Task that say so.
create table outcome (
    referral_id text primary key references referral,
    kind        text    not null,                 -- SNOMED CT code of what was given
    amount      numeric(12, 2) check (amount > 0),
    unit        text    not null default '',
    cost        numeric(11, 2) check (cost >= 0), -- US dollars
    enrolment   text check (enrolment in ('enrolled', 'not-enrolled', 'not-enrolled-on-waitlist')),
    resolved    text check (resolved in ('yes', 'partly', 'no'))
);
