-- Next steps of a referral that stand on both servers, each as a Task there and here.
create table step (
    n       bigint generated always as identity primary key,
    task_id text not null references exchange, -- of the referral here
    here    text not null unique,              -- id of the step's Task here
    there   text not null,                     -- Task/<id> there; empty where it was not taken
    said    text not null check (said in ('requested', 'completed', 'cancelled')), -- as both sides had it last
    problem text                               -- why it is not kept in step any more
);
create index on step (task_id);
create unique index on step (task_id, there) where there <> '';
