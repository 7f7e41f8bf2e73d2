-- What ended is found without going through all: bearer tokens, links in mails.
create index on access_token (expires);
create index on mail_link (coalesce(used, expires));
