"""Which extensions a tenant can create, though it is no superuser.

PostgreSQL lets a database's owner create an extension that its control file calls trusted. At Prisma the role is a
restricted superuser, who creates more of them; so a copy of PostgreSQL's files calls more of them trusted, too: those
with which nobody gets out of a database. What such an extension reads outside of it, it still shows to superusers only.
"""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path("share", "extension")
OWN_FILES = Path(__file__).with_name("extension_files")

# Documented by Prisma for its service.
DOCUMENTED = """
amcheck autoinc bloom btree_gin btree_gist citext cube dblink dict_int dict_xsyn earthdistance file_fdw fuzzystrmatch
hstore insert_username intagg intarray isn lo ltree moddatetime pageinspect pg_buffercache pg_freespacemap pg_prewarm
pg_search pg_stat_statements pg_surgery pg_trgm pg_visibility pg_walinspect pgcrypto pgrowlocks pgstattuple plpgsql
postgres_fdw refint seg sslinfo tablefunc tcn tsm_system_rows tsm_system_time unaccent uuid-ossp vector xml2
"""
REFUSED = {
    "dblink": "refused: it connects to other servers as PostgreSQL's account",
    "file_fdw": "refused: it reads files of this machine",
    "postgres_fdw": "refused: it connects to other servers as PostgreSQL's account",
}
# Their scripts only create objects; their functions check rights themselves, or only superusers may call them.
SAFE = """
amcheck autoinc bloom dict_xsyn earthdistance insert_username intagg moddatetime pageinspect pg_buffercache
pg_freespacemap pg_prewarm pg_stat_statements pg_surgery pg_visibility pg_walinspect pgrowlocks pgstattuple refint
sslinfo
"""
# Functions that are for everybody only because the extension is not.
REVOKED = {
    "pg_prewarm--1.1--1.2.sql": "REVOKE ALL ON FUNCTION autoprewarm_start_worker(), autoprewarm_dump_now() FROM PUBLIC;"
}


def can_be_extended(root: Path) -> bool:
    """Whether all of a PostgreSQL is in this folder, so that a copy of it is complete."""
    return (root / FOLDER / "plpgsql.control").is_file()


def extend(root: Path) -> None:
    """In a copy of PostgreSQL, whose files are still those of the original: a changed one is a new file."""
    folder = root / FOLDER
    added = {**{f"{name}.control": "trusted = true" for name in SAFE.split()}, **REVOKED}
    for file, line in added.items():
        if (folder / file).exists():
            _write(folder / file, f"{(folder / file).read_text()}\n{line}\n")
    for own in OWN_FILES.iterdir():
        if not (folder / own.name).exists():
            _write(folder / own.name, own.read_text())


def left_out(root: Path) -> dict[str, str]:
    """Those of Prisma's service that a tenant cannot create here, and why."""
    return {name: why for name in DOCUMENTED.split() if (why := _obstacle(root / FOLDER / f"{name}.control", name))}


def _obstacle(control: Path, name: str) -> str | None:
    if name in REFUSED:
        return REFUSED[name]
    if not control.exists():
        return "this PostgreSQL does not have it"
    trusted = re.search(r"^trusted\s*=\s*true", control.read_text(), re.MULTILINE)
    return None if trusted else "this PostgreSQL lets superusers create it only"


def preloaded(root: Path) -> list[str]:
    """The libraries of extensions that do nothing unless the server starts with them."""
    name = "pg_stat_statements"
    return [name] if any((root / "lib").rglob(f"{name}.*")) else []


def _write(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.write_text(text)
    path.chmod(0o644)
