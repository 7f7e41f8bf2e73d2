-- What more of R4 needs to be searched: pairs of values, words, places, and the order of changes.

-- Order by the last change, histories of a type and of everything.
create index res_updated on res (updated, rid);
create index res_hist_updated on res_hist (updated, rid, ver);

-- From a resource to what it refers to: _has, _list, hierarchies.
create index idx_ref_rid on idx_ref (rid, sp);

-- Spans longer than 32 days, and amounts that are ranges: few, so that a search from a day on reads the short ones by lo alone.
create index idx_date_long on idx_date (sp, hi) where hi > lo + 2764800000000;
create index idx_qty_wide on idx_qty (sp, hi) where lo < hi;

-- Two or three values that stand together. h = hash64(pairing, code or reference of the first), s = hash64(its system), 0 implied.
-- The second, by its kind: token lo = hash64(code), hi = hash64(system); date lo, hi in microseconds; amount lo, hi as the bits of
-- a double in sorting order, with unit and code as in idx_qty; text lo = hash64, v. The third is an amount.
create table idx_comp (h bigint not null, s bigint not null, lo bigint not null, hi bigint not null, unit bigint, code bigint,
                       v text collate "C", lo3 bigint, hi3 bigint, pat bigint not null, rid bigint not null);
create index idx_comp_h on idx_comp (h, lo, rid);

-- Degrees, WGS84.
create table idx_geo (lat double precision not null, lon double precision not null, sp integer not null, pat bigint not null,
                      rid bigint not null);
create index idx_geo_lat on idx_geo (lat, lon);
create index idx_geo_rid on idx_geo (rid);

-- Words of a resource: of its narrative alone, and of all text it holds.
create table idx_text (narrative tsvector, content tsvector not null, pat bigint not null, rid bigint not null);
create index idx_text_narrative on idx_text using gin (narrative) where narrative is not null;
create index idx_text_content on idx_text using gin (content);
create index idx_text_rid on idx_text (rid);

-- Every text of a coded value and every address that stands in idx_tok as a hash, once: to find by how it begins. Never deleted.
create table word (sp integer not null, v text collate "C" not null, h bigint not null);
create index word_v on word (sp, v);

-- One row. generation: counts changes of what is searched by; extraction: version of the rules that all index rows follow.
create table search_state (generation bigint not null, extraction integer not null);
insert into search_state (generation, extraction)
select 1, case when exists (select from res) then 1 else 2 end;
