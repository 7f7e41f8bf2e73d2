-- Forms of any kind, answered in several ways, and the needs they find (decision 30). The truth is the record: Questionnaire,
-- QuestionnaireResponse, Observation, Condition, Goal; these rows are written with it, in the same transaction.

-- A form sent twice is one screening: that is kept with the draft now.
drop table submission;

-- The Questionnaires that can be asked.
create table form (
    id       text primary key,                    -- id of the Questionnaire
    ver      int         not null,                -- its version in the record
    url      text        not null,
    version  text        not null,                -- its own version
    owner    text        not null,
    status   text        not null,
    title    text        not null,
    title_es text        not null,
    reason   text,                                -- why it cannot be asked; null when it can
    at       timestamptz not null default now()
);
create index on form (url);

-- Answers that are not finished. They belong to the party that asks.
create table draft (
    key         uuid primary key,
    form_id     text        not null,
    form_ver    int         not null,
    pat         bigint      not null,             -- record.res.rid of the Patient
    person      text        not null,             -- without its type
    party       text        not null,
    username    text        not null,             -- who began it, or sent the link
    way         text        not null check (way in ('DESK', 'LINK', 'TABLET', 'PORTAL')),
    language    text        not null,
    page        int         not null default 0,
    answers     text        not null,             -- a QuestionnaireResponse, with what is not asked now
    started     timestamptz not null default now(),
    changed     timestamptz not null default now(),
    response_id text,
    done        timestamptz
);
create index on draft (party, person, changed) where done is null;
create index on draft (changed) where done is null;

-- Links that one draft is answered by, without an account. The token is made of the id and the key below, and stands nowhere.
create table link (
    id       uuid primary key,                    -- and key of the draft
    way      text        not null check (way in ('LINK', 'TABLET')),
    form_id  text        not null,
    pat      bigint      not null,
    person   text        not null,
    initial  text        not null,                -- the one letter that greets whoever opens it
    party    text        not null,
    username text        not null,
    language text        not null,
    address  text        not null,                -- of this server, before the token
    mail     text,                                -- where it is sent; null when it is shown on the screen
    made     timestamptz not null default now(),
    expires  timestamptz not null,
    browser  uuid,                                -- whose browser began to answer: only that one sees what it typed
    ended    timestamptz,                         -- answered, withdrawn or held back
    due      timestamptz not null default now(),
    tries    int         not null default 0,
    outcome  text check (outcome in ('SENT', 'HELD', 'FAILED'))
);
create index on link (party, person, made);
create index on link (due) where mail is not null and outcome is null;
create table secret (key bytea not null);
insert into secret (key) select sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'));

-- A screening as lists and figures read it. What is sensitive is a row of its own, seen by whoever sees its resource.
create table screening (
    rid      bigint primary key,                  -- of the QuestionnaireResponse, or of the Observation of one declined
    id       text        not null,                -- id of that resource
    pat      bigint      not null,
    form_id  text        not null,
    url      text        not null,
    owner    text        not null,
    at       timestamptz not null,
    way      text        not null check (way in ('DESK', 'LINK', 'TABLET', 'PORTAL', 'SYSTEM')),
    declined boolean     not null,
    needs    text[]      not null default '{}',   -- SDOHCC categories
    clear    text[]      not null default '{}',
    unknown  text[]      not null default '{}'
);
create index on screening (owner, at desc);
create index on screening (pat, at desc);

-- A Condition of a social need, and each state it had.
create table need (
    rid          bigint primary key,
    id           text        not null,
    pat          bigint      not null,
    category     text        not null,
    owner        text        not null,
    clinical     text        not null,            -- condition-clinical, empty when it was entered in error
    verification text        not null,            -- condition-ver-status
    since        timestamptz not null
);
create index on need (pat, since desc);
create index on need (owner, since desc);
create table step (
    n            bigint generated always as identity primary key,
    need         bigint      not null references need,
    clinical     text        not null,
    verification text        not null,
    at           timestamptz not null default now(),
    name         text        not null,
    party_name   text        not null
);
create index on step (need, n);

-- The needs that the record holds already, each in the state it has.
insert into need (rid, id, pat, category, owner, clinical, verification, since)
select c.rid, c.id, c.pat, k.category, c.owner, coalesce(c.json #>> '{clinicalStatus,coding,0,code}', ''),
       coalesce(c.json #>> '{verificationStatus,coding,0,code}', ''), c.updated
  from (select rid, id, pat, owner, updated, convert_from(body, 'UTF8')::jsonb as json from record.res
         where rtype = 'Condition' and not deleted and pat <> 0
           and position('SDOHCC-CodeSystemTemporaryCodes' in convert_from(body, 'UTF8')) > 0) c
  cross join lateral (select coding ->> 'code' as category
                        from jsonb_array_elements(c.json -> 'category') concept, jsonb_array_elements(concept -> 'coding') coding
                       where coding ->> 'system' like '%SDOHCC-CodeSystemTemporaryCodes' limit 1) k;
insert into step (need, clinical, verification, at, name, party_name)
select rid, clinical, verification, since, '', coalesce((select p.name from security.party p where p.party = owner), owner) from need;
