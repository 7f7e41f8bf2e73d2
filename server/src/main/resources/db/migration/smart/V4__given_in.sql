-- What was given without offline_access ends with the session it was given in.
alter table authorized add column session char(36);  -- platform.spring_session.primary_id, which stays as the session's id changes
create index authorized_session on authorized (session) where session is not null;
