-- What a person's record said of race and ethnicity when a referral was sent, for figures alone: a code of the CDC's race and ethnicity
-- code system, "more" for several, empty when not known. Nobody who is asked sees them.
alter table referral
    add column race      text not null default '',
    add column ethnicity text not null default '';
