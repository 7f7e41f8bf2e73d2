-- Secrets of one-time passwords are sealed by a key that is not in the database; those from before are sealed at the next start.
alter table one_time_password add column sealed boolean not null default false;
