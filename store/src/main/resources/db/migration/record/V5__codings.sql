-- Codes of a system, each once for a parameter, as words are: h stands in idx_tok, in place of three rows for each time a code is
-- used. c = hash64(code), s = hash64(system). Never deleted.
create table coding (sp integer not null, c bigint not null, s bigint not null, h bigint not null);
create index coding_c on coding (sp, c, s) include (h);
create index coding_s on coding (sp, s) include (h);

update search_state set extraction = 3 where not exists (select from res);
