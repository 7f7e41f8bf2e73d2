-- How soon an organisation answered what it was asked last.
create index on referral (owner, sent_at desc) where answered_at is not null or overdue is not null;
