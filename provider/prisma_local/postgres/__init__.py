"""The PostgreSQL underneath.

finder       which PostgreSQL 17 of this machine
account      the unprivileged account it runs as when we are root
certificate  the self-signed certificate of its TLS
cluster      one data directory: made, started, stopped, taken over from a killed predecessor
tenants      one database and its roles for each database of the API
copies       clones, dumps and restores of them
"""
