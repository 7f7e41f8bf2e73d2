-- What is open over midnight, a shelter from six in the evening to eight, stands as two stretches that each lie within a day: no search for
-- what is open asks about the day before.
insert into opening (service_id, day, on_date, opens, closes, zone, valid_from, valid_to)
select service_id, case when day = 7 then 1 else day + 1 end, on_date + 1, '00:00', closes, zone, valid_from + 1, valid_to + 1
  from opening where not closed and closes <= opens and closes > '00:00';
update opening set closes = '24:00' where not closed and closes <= opens;
