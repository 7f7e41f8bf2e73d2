-- Where a message is that goes to the other side's own server (decision 47).
alter table message add column delivery text check (delivery in ('WAITING', 'THERE', 'REFUSED'));
