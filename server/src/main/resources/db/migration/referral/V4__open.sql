-- Copies of the person that whoever sent it can read, and that open to the one that helps once it has said so: never more than that.
create table offered (
    referral_id text   not null references referral,
    rid         bigint not null,                  -- of a Patient
    primary key (referral_id, rid)
);

-- Services asked at once by a referral without owner (decision 36): the first that says yes helps.
create table candidate (
    referral_id  text        not null references referral,
    party        text        not null,
    party_name   text        not null,
    service_id   text,                            -- null where the organisation is asked and no service is named
    service_name text        not null,
    state        text        not null default 'ASKED' check (state in ('ASKED', 'DECLINED', 'CLAIMED', 'PASSED')),
    reason_code  text,
    reason_text  text,
    changed_at   timestamptz not null default now(),
    primary key (referral_id, party)
);
create index on candidate (party, referral_id) where state = 'ASKED';
