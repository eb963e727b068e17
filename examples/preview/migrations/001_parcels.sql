create table parcels (what text not null);
