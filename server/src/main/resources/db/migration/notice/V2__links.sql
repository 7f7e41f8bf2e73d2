-- Mails to an address without an account, each with a signed link in it (decision 31). The link is made of the key when the mail is sent.
create table link_key (
    secret bytea primary key check (length(secret) = 32),
    made   timestamptz not null default now()
);
insert into link_key (secret) values (sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));

alter table mail
    alter column username drop not null,
    add column address text,
    add column path    text,                      -- of the page that the link leads to
    add column link    uuid,                      -- what the link names
    add check (num_nonnulls(username, address) = 1),
    add check (num_nonnulls(address, path, link) in (0, 3));
