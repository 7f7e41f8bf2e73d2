-- People are found by the base letters of their names (decision 68), as health.weft.identity.NameWords has them. Most letters were folded when a row
-- was made; these were not.
update source set names = replace(translate(names, 'ðħıςʻʼ', 'dhiσ'), 'þ', 'th') where names ~ '[þðħıςʻʼ]';
