-- A referral that passes another on (Task.partOf, decision 40): an organisation that was asked asks one that helps in its place.
alter table referral add column part_of text references referral;
create index on referral (part_of) where part_of is not null;
