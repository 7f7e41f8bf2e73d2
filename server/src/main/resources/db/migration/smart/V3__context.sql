-- An app that is opened from a record learns of the visit that goes on, if it may.
alter table launch add column encounter text;        -- "Encounter/<id>"
alter table authorized add column encounter text;    -- the same

-- As whom an app knows a member of staff (fhirUser): the Practitioner of an account, for each organisation that it acted for.
create table practitioner (
    username     text        not null,
    party        text        not null,
    practitioner text        not null,                -- "Practitioner/<id>"
    made         timestamptz not null default now(),
    primary key (username, party)
);
