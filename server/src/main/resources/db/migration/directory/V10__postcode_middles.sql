-- A place of which its source says no point is looked for at the middle of its postcode. That is worked out here and said by nobody, so it
-- stands beside the document: what goes out is what the source said. Places that were there before are taken up by FeedWork.
alter table location
    add column middle_latitude double precision,
    add column middle_longitude double precision,
    add column middle_of text;  -- the postcode that was looked up, with or without a middle

-- Where places are looked for: a point that the source gives always wins.
create view place as
    select id, organization_id, name, postcode, city, wheelchair, document,
           case when latitude is null or longitude is null then middle_latitude else latitude end as latitude,
           case when latitude is null or longitude is null then middle_longitude else longitude end as longitude,
           (latitude is null or longitude is null) and middle_latitude is not null as about
      from location;
create index location_place on location (
    (case when latitude is null or longitude is null then middle_latitude else latitude end),
    (case when latitude is null or longitude is null then middle_longitude else longitude end));
create index location_unplaced on location (id)
    where (latitude is null or longitude is null) and middle_of is distinct from postcode;
