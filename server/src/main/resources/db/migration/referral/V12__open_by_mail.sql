-- Several may be asked at once of whom some answer by a mailed link (decision 49).
alter table candidate add column light boolean not null default false;
alter table link add column party text; -- whose it is of several that are asked at once; null for the one that a referral asks
