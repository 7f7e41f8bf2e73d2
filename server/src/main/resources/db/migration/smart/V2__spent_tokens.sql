-- Refresh tokens that were exchanged so long ago that they would have run out are forgotten.
create index spent_refresh_at on spent_refresh (at);
