-- When whoever was asked was reminded, and when it went back to whoever asked because nobody had answered.
alter table referral
    add column reminded timestamptz,
    add column overdue  timestamptz;
create index on referral (sent_at) where status = 'requested' and overdue is null;
