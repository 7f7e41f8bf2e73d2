-- What inboxes read, page by page: what needs whoever asked, what they sent, what waits for whoever was asked.
create index on referral (requester, changed_at desc, id desc)
    where not settled and (loop = 'REOPENED' or (status in ('requested', 'accepted', 'in-progress') and overdue is not null)
                           or (loop = 'ENDED' and status in ('rejected', 'failed')));
create index on referral (requester, changed_at desc, id desc);
create index on referral (owner, (not urgent), sent_at, id) where status = 'requested';
create index on referral (request_id);
create index on referral (consent_id);
