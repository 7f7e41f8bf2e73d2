-- The requests between two parties for one service, what changed last first: what somebody looks for by the name of either.
create index on referral (requester, owner, coalesce(service_id, ''), changed_at desc, id desc);
create index on referral (owner, requester, coalesce(service_id, ''), changed_at desc, id desc);
