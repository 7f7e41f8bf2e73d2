-- InsurancePlan is found by its name, and definitions by what refers to their addresses (version 6 of the rules, decision 65). Where resources stand already, their rows are made anew in the background.

update search_state set extraction = 6 where not exists (select from res);
