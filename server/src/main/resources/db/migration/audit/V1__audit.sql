-- Who did what, for whom, when. Rows are only ever added: update and delete are refused by the database itself.
create table event (
    id         bigint generated always as identity primary key,
    at         timestamptz not null default clock_timestamp(),
    action     text        not null,              -- READ SEARCH CREATE UPDATE DELETE SIGN_IN SIGN_IN_REFUSED SIGN_OUT REFUSED EXPORT
    outcome    text        not null default 'success',
    username   text        not null,
    name       text        not null,
    party      text        not null,
    party_name text        not null,
    purpose    text        not null,
    subject    text        not null,              -- "Condition/<id>", "Observation?code" (names of parameters, never their values), "referral"
    pats       bigint[]    not null default '{}'  -- the source patients whose facts were shown or changed
);
create index on event using gin (pats);
create index on event (at);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'The audit trail is only ever added to.';
end $$;
create trigger append_only before update or delete on event for each row execute function refuse_change();
create trigger keep_all before truncate on event for each statement execute function refuse_change();
