-- Whether a visit came of a referral, which keeps what was given.
alter table visit add column referred boolean not null default false;
