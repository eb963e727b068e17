"""What one database of the API is called in PostgreSQL, and its limits.

NAME         the database, and the login role of its default connection
NAME_owner   owns the database and everything in it; nobody can log in as it
NAME_new     the staging database, which a restore fills; NAME_old is the one it has replaced
NAME_loader  the login role that fills a database, with no more rights than the tenant
others       a login role for each further connection; shadow databases, as their tenant calls them
"""

from __future__ import annotations

# Sessions of one database, and of one login role. A tenant owns its database and can lift that limit, but it cannot
# change a role. PostgreSQL takes 200 sessions of all tenants together.
CONNECTION_LIMIT = 50
# Shadow databases of one database.
SHADOW_LIMIT = 10


def owner_of(pg_name: str) -> str:
    return f"{pg_name}_owner"


def staging_of(pg_name: str) -> str:
    return f"{pg_name}_new"


def replaced_of(pg_name: str) -> str:
    return f"{pg_name}_old"


def loader_of(pg_name: str) -> str:
    return f"{pg_name}_loader"
