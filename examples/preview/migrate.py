"""Applies what is new in migrations/ to the database of DIRECT_URL, in order, each in a transaction.

It stands for your own tool: `prisma migrate deploy`, `alembic upgrade head`.
"""

import os
from pathlib import Path

import psycopg


def main() -> None:
    """All of them, or those up to the one that fails."""
    with psycopg.connect(os.environ["DIRECT_URL"], autocommit=True) as connection:
        connection.execute("create table if not exists migrated (name text primary key)")
        done = {name for (name,) in connection.execute("select name from migrated")}
        for file in sorted((Path(__file__).parent / "migrations").glob("*.sql")):
            if file.name not in done:
                with connection.transaction():
                    connection.execute(file.read_bytes())
                    connection.execute("insert into migrated values (%s)", (file.name,))
                print(f"applied {file.name}")


if __name__ == "__main__":
    main()
