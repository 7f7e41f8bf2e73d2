-- What a resource says in words, once for all that say the same: h stands in idx_tok, with no parameter (sp 0). Texts of its codes stand
-- in word with the same h, so that a resource has one row for all of its words. Never deleted, as the versions that said them.
create table wording (h bigint not null, narrative tsvector, content tsvector not null);
create index wording_h on wording (h);
-- Without a list of what is to be put in later, whose pages would be four fifths of so small an index.
create index wording_narrative on wording using gin (narrative) with (fastupdate = off) where narrative is not null;
create index wording_content on wording using gin (content) with (fastupdate = off);

-- What stands in idx_text is found there until the background has made it anew.
update search_state set extraction = 6 where not exists (select from res);
