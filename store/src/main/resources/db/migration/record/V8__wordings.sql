-- What a resource says in words, once for all that say the same: h stands in idx_tok, with no parameter (sp 0). Texts of its codes stand
-- in word with the same h, so that a resource has one row for all of its words. Never deleted, as the versions that said them.
create table wording (h bigint not null, narrative tsvector, content tsvector not null);
create index wording_h on wording (h);
-- What is to be put in later fills 4 MB before it is, as PostgreSQL has it: several times the index.
create index wording_narrative on wording using gin (narrative) with (gin_pending_list_limit = 256) where narrative is not null;
create index wording_content on wording using gin (content) with (gin_pending_list_limit = 256);

-- Only tokens and dates are asked for by patient.
alter table idx_ref alter column pat drop not null;
alter table idx_str alter column pat drop not null;
alter table idx_qty alter column pat drop not null;
alter table idx_comp alter column pat drop not null;
alter table idx_geo alter column pat drop not null;

-- What stands in idx_text is found there until the background has made it anew.
update search_state set extraction = 6 where not exists (select from res);
