-- Names are found by their base letters, by ss for sharp s and by l for the Polish one too. Rows that hold such a letter would be found by
-- its neighbours and never be taken away: they go, and are made anew in the background with all others (decision 68).
create temporary table letters on commit drop as select '[ßæœþøłđðħıς‘’ʻʼ′‐‑‒–—−]' as any_of;
delete from idx_str where v ~ (select any_of from letters);
delete from idx_comp where v ~ (select any_of from letters);
delete from idx_tok t using word w where w.v ~ (select any_of from letters) and t.sp = w.sp and t.h = w.h;
delete from word where v ~ (select any_of from letters);
update search_state set extraction = 5 where not exists (select from res);
