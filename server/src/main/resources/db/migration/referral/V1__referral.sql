-- A referral as inboxes, timelines and the scorecard need it. The truth is the FHIR Task and what it points at; these
-- rows are written with it, in the same transaction.
create table referral (
    id             text primary key,              -- id of the Task
    version        int         not null,          -- version of the Task
    request_id     text        not null,          -- id of the ServiceRequest
    patient_id     text        not null,          -- id of the Patient it is for
    pat            bigint      not null,          -- its row in the record
    consent_id     text        not null,
    condition_id   text,
    category       text        not null,          -- SDOHCC category
    service_id     text,
    service_name   text        not null,
    requester      text        not null,          -- party that asks
    requester_name text        not null,
    owner          text        not null,          -- party that is asked
    owner_name     text        not null,
    status         text        not null,          -- FHIR Task.status
    loop           text        not null check (loop in ('OPEN', 'CLOSED', 'REOPENED', 'ENDED')),
    help           text check (help in ('YES', 'NO')),
    reason_code    text,
    reason_text    text,
    settled        boolean     not null default false, -- whoever asked has gone on from an end without help
    sent_by        text        not null,
    sent_at        timestamptz not null,
    answered_at    timestamptz,
    started_at     timestamptz,
    completed_at   timestamptz,
    closed_at      timestamptz,
    changed_at     timestamptz not null,
    form_key       uuid unique
);
create index on referral (owner, status, changed_at desc);
create index on referral (requester, loop, changed_at desc);
create index on referral (pat);
create index on referral (sent_at);

create table event (
    id          bigint generated always as identity primary key,
    referral_id text        not null references referral,
    at          timestamptz not null default now(),
    what        text        not null,             -- SENT ACCEPTED DECLINED STARTED HELD GIVEN FAILED WITHDRAWN HELP_YES HELP_NO CLOSED
    name        text        not null,
    party       text        not null,
    party_name  text        not null,
    words       text                              -- a reason or a note, seen by both sides and the person
);
create index on event (referral_id, id);
