-- Organisations that a CareTeam of the record gives a seat (decision 55).
create table seat (
    careteam bigint not null,                     -- record.res.rid of the CareTeam
    pat      bigint not null,                     -- source patient that it is about
    owner    text   not null,                     -- party that recorded it: whether it may give a seat is asked when charts are opened
    party    text   not null,                     -- "Organization/<id>" that sits in it
    role     text,                                -- "PractitionerRole/<id>" that it sits there by; null when it is named itself
    since    timestamptz,                         -- null for always
    until    timestamptz                          -- null for never
);
create index on seat (careteam);
create index on seat (pat);
create index on seat (role) where role is not null;

-- One row: how far the CareTeams that were there already are read.
create table seating (
    position bigint  not null,                    -- record.res.rid that was read last
    done     boolean not null default false
);
insert into seating (position) values (0);

-- Of a relation that treatment opens: whether by a seat in the care team alone. A column and no basis of its own, so that an instance of the
-- version before closes it with the others.
alter table relation add column team boolean not null default false;
