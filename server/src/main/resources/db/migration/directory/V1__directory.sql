-- The directory in HSDS 3.1 terms. The document is the truth as it came; the columns beside it are what search needs.
create table organization (
    id       text primary key,                    -- HSDS id, also the id of the FHIR Organization
    name     text    not null,
    kind     text    not null,                    -- "food-bank", "hospital", ...
    document jsonb   not null
);

create table service (
    id               text primary key,            -- HSDS id, also the id of the FHIR HealthcareService
    organization_id  text        not null references organization,
    name             text        not null,
    status           text        not null check (status in ('active', 'inactive', 'defunct', 'temporarily closed')),
    categories       text[]      not null,        -- codes of SDOHCC-CodeSystemTemporaryCodes
    languages        text[]      not null,
    minimum_age      int,
    maximum_age      int,
    -- service_capacity; null available: the service does not count
    available        int check (available >= 0),
    maximum          int,
    unit             text,
    capacity_updated timestamptz,
    assured_date     date,
    document         jsonb       not null
);
create index on service (organization_id);
create index on service using gin (categories);

create table service_location (
    service_id text not null references service on delete cascade,
    id         text not null,
    name       text not null,
    address    text not null,
    city       text not null,
    postcode   text not null,
    latitude   double precision,
    longitude  double precision,
    primary key (service_id, id)
);
