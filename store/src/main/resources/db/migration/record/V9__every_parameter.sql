-- InsurancePlan is found by its name (version 6 of the rules). Where resources stand already, their rows are made anew in the background.

update search_state set extraction = 6 where not exists (select from res);
