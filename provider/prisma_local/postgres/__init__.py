"""The PostgreSQL underneath.

finder       which PostgreSQL 17 of this machine, and which pgbouncer
account      the unprivileged account it runs as when we are root
certificate  the self-signed certificate of its TLS
cluster      one data directory: made, started, stopped, taken over from a killed predecessor
pooler       pgbouncer in front of it, where there is one; pooler_files is what it is told
administration  the superuser's sessions, which no tenant's setting reaches
tenants      one database and its roles for each database of the API
copies       clones, dumps and restores of them
"""
