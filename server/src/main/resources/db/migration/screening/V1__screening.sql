-- A form sent twice (a double click, a lost answer) is one screening: the key is made with the form.
create table submission (
    form_key    uuid primary key,
    response_id text        not null,
    username    text        not null,
    at          timestamptz not null default now()
);
