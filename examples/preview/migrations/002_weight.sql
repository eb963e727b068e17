alter table parcels add column weight numeric;
