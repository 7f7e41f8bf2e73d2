-- What one account did: a system reads that of its own, and the officer sees what is usual for somebody.
create index event_username on event (username, id);
