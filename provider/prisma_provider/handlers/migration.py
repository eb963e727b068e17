"""Migration: the schema of an application, applied by the application's own tool."""

from __future__ import annotations

import logging
import os
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from prisma_provider import errors
from prisma_provider.api.models import Wire
from prisma_provider.diff import UNKNOWN, Change, Diff, Field
from prisma_provider.errors import InvalidInput, MigrationFailed
from prisma_provider.handlers import lookup
from prisma_provider.handlers.changes import compare
from prisma_provider.handlers.credentials import fault_of_string
from prisma_provider.handlers.inputs import OPTIONS, Checked, Properties, known, select
from prisma_provider.handlers.proof import WAIT, check_wait
from prisma_provider.live import Live
from prisma_provider.migrations.folders import digest, project_folder, relative
from prisma_provider.migrations.standing import Standing, folder_of, migrations_in, standing
from prisma_provider.migrations.tools import HINTS, hint_for, home_of, prisma_command
from prisma_provider.network.retries import time_left
from prisma_provider.postgres.alone import alone
from prisma_provider.postgres.applied import Applied, read_applied_by
from prisma_provider.postgres.connecting import driver_missing
from prisma_provider.postgres.identity import identity_of
from prisma_provider.postgres.waiting import wait_until_connected
from prisma_provider.text import name
from prisma_provider.user_command import Ended, environment_for, hiding, run

if TYPE_CHECKING:
    from prisma_provider.postgres.connecting import Session

DEFAULT_WAIT = 60.0
"""Seconds for which the database is waited for until it accepts connections, unless the program says otherwise."""

URLS = ("DATABASE_URL", "DIRECT_URL")
"""The variables that a tool gets the direct connection string in."""

_OUTPUTS = ("applied", "pending", "digest", "databaseKey", "workspaceId")

_SHORTEST_SECRET = 6
"""Characters of a variable that is hidden in the output of a tool: of shorter ones nothing readable would be left."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Plan:
    """How the database stands; `why` it was not asked, where state and files tell it."""

    standing: Standing
    why: str | None = None


class MigrationHandler:
    """Runs the user's own tool where something is pending. Deleting it undoes nothing."""

    model = Wire
    fields = (
        Field("directUrl", "once"),
        Field("tool", "setting"),
        Field("command", "setting"),
        Field("directory", "setting"),
        Field("paths", "setting"),
        Field("environment", "setting"),
        WAIT,
        *OPTIONS,
        Field("applied", "output", read=None),
        Field("pending", "output", read=None),
        Field("digest", "output", read=None),
        Field("databaseKey", "output", read=None),
        Field("workspaceId", "output", read=None),
    )

    def check(self, live: Live, olds: Properties, news: Properties) -> Checked:
        """A connection string, one way to migrate, and files that are there."""
        problems = (*_check_url(news), *_check_way(news), *_check_files(news), *check_wait(news), *_check_driver())
        inputs = select(self.fields, news) | {"directUrl": news.get("directUrl")}
        if problems:
            return Checked(inputs, problems)
        inputs |= {"directory": relative(news.get("directory") or ".")}
        if known(news.get("paths")):
            inputs["paths"] = [relative(path) for path in news["paths"]]
        if not olds:
            self._announce(live, inputs)
        return Checked(inputs, problems)

    def _announce(self, live: Live, news: Properties) -> None:
        """What the first run will do; afterwards a difference says it."""
        if news.get("tool"):
            _tell(live, self._plan(live, {}, news), news)
        else:
            live.note(f"{_title()}: `{_shown(news)}` will run.")

    def diff(self, live: Live, object_id: str, olds: Properties, news: Properties) -> Diff:
        """What is pending in the live database; of a bare command, whether the files of `paths` have changed.

        The connection string is not compared: a new password, or another connection, is the same database.
        """
        found = compare(self.fields, olds, news, {})
        if news.get("tool"):
            plan = self._plan(live, olds, news)
            _tell(live, plan, news)
            todo = plan.standing.pending
            change = Change("pending", [], list(todo), "migrate") if todo else None
        else:
            change = self._change_of_files(news, olds) or self._change_of_database(live, news, olds)
        return Diff((*found.changes, *((change,) if change else ())))

    def _change_of_files(self, news: Properties, olds: Properties) -> Change | None:
        now = _digest(news)
        return Change("digest", olds.get("digest"), now, "migrate") if now != olds.get("digest") else None

    def _change_of_database(self, live: Live, news: Properties, olds: Properties) -> Change | None:
        """A command leaves no table that is known: where the string changed, the database itself is asked which it is.

        In one that cannot be asked nothing can be run, either.
        """
        key = olds.get("databaseKey")
        if news["directUrl"] is UNKNOWN:
            live.note(
                f"{_title()}: its connection string is only known after the update; its command runs again where "
                "that leads to another database."
            )
        elif key and news["directUrl"] != olds.get("directUrl"):
            now = self._key(live, news)
            if now and now != key:
                live.note(f"{_title()}: the connection string leads to another database than before.")
                return Change("databaseKey", key, now, "migrate")
        return None

    def _key(self, live: Live, news: Properties) -> str | None:
        try:
            with _session(live, news) as session:
                return identity_of(session)
        except errors.NoConnection as error:
            live.note(f"{_title()}: the database cannot be asked which it is ({error.said or error.what}).")
            return None

    def create(self, live: Live, news: Properties) -> tuple[str, Properties]:
        """Apply what is pending; run a bare command."""
        return f"migration_{token_hex(8)}", self._migrated(live, news)

    def read(self, live: Live, object_id: str, olds: Properties) -> Properties | None:
        """What is applied now, where the database can be asked with what state holds; else what state holds."""
        if not olds.get("tool"):
            return olds
        plan = self._plan(live, olds, olds)
        if plan.why:
            return olds
        return {**olds, "applied": list(plan.standing.applied), "pending": list(plan.standing.pending)}

    def update(self, live: Live, object_id: str, olds: Properties, news: Properties) -> Properties:
        """Apply what is pending; nothing pending, nothing is run."""
        if self.diff(live, object_id, olds, news).of("migrate"):
            return self._migrated(live, news)
        return {**{name: olds.get(name) for name in _OUTPUTS}, **news}

    def delete(self, live: Live, object_id: str, olds: Properties) -> None:
        """Nothing to undo: the schema stays."""
        live.note(f"{_title()}: only Pulumi forgets it. Schema and data of the database stay as they are.")

    def _plan(self, live: Live, olds: Properties, news: Properties) -> _Plan:
        files = migrations_in(_directory(news), surely_prisma=True)
        why = "its connection string is only known after the update"
        if news["directUrl"] is not UNKNOWN:
            try:
                with _session(live, news) as session:
                    return _Plan(standing(files, read_applied_by(session, news["directUrl"])))
            except errors.NoConnection as error:
                why = f"the database cannot be asked ({error.said or error.what})"
        recorded = [Applied(each, each) for each in olds.get("applied") or ()]
        return _Plan(standing(files, recorded), why)

    def _migrated(self, live: Live, news: Properties) -> Properties:
        """State after the migration; where it fails, an error."""
        with _session(live, news) as session, alone(session, live.client.wait, lambda: _report_busy(live)):
            digest_of_files = _digest(news)  # as they are declared: a tool may write some itself
            key = identity_of(session)
            after = _apply(live, session, news)
        return {
            **news,
            "applied": list(after.applied),
            "pending": list(after.pending),
            "digest": digest_of_files,
            "databaseKey": key,
            "workspaceId": live.workspace_id(),
        }


def _apply(live: Live, session: Session, news: Properties) -> Standing:
    """Run the tool if there is something to do, and see whether it was done."""
    is_known = bool(news.get("tool"))
    files = migrations_in(_directory(news), surely_prisma=True) if is_known else ()
    before = standing(files, read_applied_by(session, news["directUrl"]))
    if is_known and not before.pending:
        live.note(f"{_title()}: nothing is pending, nothing was run.")
        return before
    ended = _run(live, session, news)
    if ended.status != 0:
        raise _failed(ended, _hint(live, session, news, ended))
    after = standing(files, _applied_now(live, session, news))
    if after.pending and after.pending == before.pending:
        raise MigrationFailed(
            f"The command ended well, and this database still lacks {', '.join(after.pending)}.",
            output=ended.lines,
            hint="it may have used another URL: it gets DATABASE_URL and DIRECT_URL, and a URL that stands in a file "
            "or in the command wins.",
        )
    if is_known:
        live.note(f"{_title()}: applied {', '.join(each for each in before.pending if each not in after.pending)}.")
    return after


def _applied_now(live: Live, session: Session, news: Properties) -> tuple[Applied, ...]:
    """What is applied after the tool ran: a session that was idle for so long may have been ended."""
    try:
        return read_applied_by(session, news["directUrl"])
    except errors.NoConnection:
        with _session(live, news) as another:
            return read_applied_by(another, news["directUrl"])


def _run(live: Live, session: Session, news: Properties) -> Ended:
    url, directory = news["directUrl"], _directory(news)
    command = news["command"] if news.get("command") else prisma_command(directory)
    more: Mapping[str, str] = news.get("environment") or {}
    return run(
        command,
        folder=directory if news.get("command") else home_of(directory),
        environment={**environment_for({variable: str(url) for variable in URLS}, os.environ), **more},
        hide=hiding((url, *(value for value in more.values() if len(value) >= _SHORTEST_SECRET))),
        show=_log.info,
        seconds=time_left(),
        check=live.client.check_cancelled,
        keeps=[session.fileno()],  # and with it the lock: the tool may outlive a provider that is killed
    )


def _hint(live: Live, session: Session, news: Properties, ended: Ended) -> str:
    """By the code in the output; where there is none, by the tool's table, in which a failed migration stands."""
    if found := hint_for(ended.lines):
        return found
    with suppress(errors.NoConnection):
        if news.get("tool") and standing((), _applied_now(live, session, news)).failed:
            return HINTS["P3018"]
    return "correct what it says; the next `pulumi up` runs it again."


def _failed(ended: Ended, hint: str) -> MigrationFailed:
    if ended.status is None:
        what = "The migration did not end within the time limit (custom_timeouts), and was ended."
    else:
        what = f"The migration's command ended with status {ended.status}."
    return MigrationFailed(what, output=ended.lines, hint=hint)


def _session(live: Live, news: Properties) -> Session:
    seconds = DEFAULT_WAIT if news.get(WAIT.name) is None else news[WAIT.name]
    return wait_until_connected(
        live.client,
        news["directUrl"],
        min(seconds, time_left()),
        report=lambda line: live.note(f"{_title()}: {line}"),
        workspace_id=live.workspace_id(),
    )


def _report_busy(live: Live) -> None:
    live.note(f"{_title()}: another run migrates this database; it is waited for.")


def _tell(live: Live, plan: _Plan, news: Properties) -> None:
    """What a preview should know beside what is pending, which its difference says."""
    title, found = _title(), plan.standing
    if plan.why or found.pending:
        pending = f"pending: {', '.join(found.pending)}" if found.pending else "nothing is pending"
        live.note(f"{title}: {f'{plan.why}; by state and files, ' if plan.why else ''}{pending}.")
    if found.pending:
        _tell_of_tool(live, news)
    for what, names in (
        ("failed earlier, and has to be resolved first", found.failed),
        ("was edited after it was applied, which changes nothing in this database", found.edited),
        ("is applied, and no file has it", found.missing),
    ):
        if names:
            live.note(f"{title}: {', '.join(names)} {what}.")


def _tell_of_tool(live: Live, news: Properties) -> None:
    """A preview does without the tool, and a job that only previews may not have installed it."""
    try:
        prisma_command(_directory(news))
    except InvalidInput as error:
        live.note(f"{_title()}: {error.what} {errors.capital(error.hint or '')}")


def _title() -> str:
    return lookup.title("Migration", "", {})


def _shown(news: Mapping[str, Any]) -> str:
    return shlex.join(news["command"]) if isinstance(news.get("command"), list) else "the command"


def _directory(news: Mapping[str, Any]) -> Path:
    return project_folder() / (news.get("directory") or ".")


def _digest(news: Mapping[str, Any]) -> str:
    """Of the files that decide whether there is something to do."""
    folder = folder_of(_directory(news), surely_prisma=True) if news.get("tool") else None
    return digest([str(folder)] if folder else news.get("paths") or ())


def _check_url(news: Properties) -> Iterator[InvalidInput]:
    url = news.get("directUrl")
    if url is None:
        yield InvalidInput("directUrl", "direct_url is missing: the direct connection string of the database.")
    elif url is not UNKNOWN and (fault := _fault_of_migrating_by(url)):
        yield InvalidInput("directUrl", f"direct_url is {fault}.", hint="pass the direct_url of a Connection.")


def _fault_of_migrating_by(url: object) -> str | None:
    """What is wrong with a connection string; a pooled one shares its sessions, and with them every lock."""
    if fault := fault_of_string(url):
        return fault
    is_pooled = (urlsplit(str(url)).hostname or "").startswith("pooled.")
    return "a pooled connection string (its host is pooled.…), by which nothing can be migrated" if is_pooled else None


def _check_way(news: Properties) -> Iterator[InvalidInput]:
    """Either a tool, or a command. What may hold a secret, a command or an environment, is named as no property."""
    tool, command = news.get("tool"), news.get("command")
    if (tool is None) == (command is None):
        yield InvalidInput("tool", 'A migration takes tool="prisma", or a command=[…], and not both.')
    elif UNKNOWN in (tool, command):
        yield InvalidInput("tool", "tool and command must be known before the update: texts.")
    elif tool not in (None, "prisma"):
        yield InvalidInput("tool", f'There is no tool "{name(tool)}".', hint='use tool="prisma", or command=[…].')
    elif command is not None and not _is_texts(command):
        wanted = f"command is a list of texts, not {type(command).__name__}."
        yield InvalidInput("", wanted, hint='write command=["npx", "prisma", "migrate", "deploy"].')
    environment = news.get("environment")
    if environment is not None and environment is not UNKNOWN:
        if not isinstance(environment, Mapping) or not all(isinstance(each, str) for each in environment.values()):
            yield InvalidInput("", "environment is a map of names to texts.")
            return
        for variable in set(URLS).intersection(environment):
            yield InvalidInput("", f"{variable} in environment would be another database: leave it out.")


def _check_files(news: Properties) -> Iterator[InvalidInput]:
    directory = news.get("directory") or "."
    if directory is UNKNOWN:
        yield InvalidInput("directory", "directory must be known before the update: a text.")
    elif not isinstance(directory, str) or not _is_there(_directory(news), Path.is_dir):
        where = f"There is no folder {name(directory)} in {project_folder()}."
        yield InvalidInput("directory", where, hint="paths are relative to the folder of Pulumi.yaml.")
    elif news.get("tool") == "prisma" and folder_of(_directory(news), surely_prisma=True) is None:
        yield InvalidInput(
            "directory",
            f"{name(directory)} has no folder migrations of Prisma ORM.",
            hint="name the folder that holds `migrations`; `prisma migrate dev` makes the first one.",
        )
    paths = news.get("paths")
    if paths is UNKNOWN or (paths is not None and not _is_texts(paths)):
        yield InvalidInput("paths", "paths is a list of files and folders that are known before the update.")
    elif paths and news.get("tool"):
        yield InvalidInput("paths", "paths are for a command: a tool knows its own files.", hint="leave them out.")
    for path in paths if paths and _is_texts(paths) else ():
        if not _is_there(project_folder() / path, Path.exists):
            where = f"There is no {name(path)} in {project_folder()}."
            yield InvalidInput("paths", where, hint="paths are relative to the folder of Pulumi.yaml.")


def _is_there(path: Path, ask: Callable[[Path], bool]) -> bool:
    """What the system takes for no path, such as one that is too long, is not there."""
    try:
        return ask(path)
    except OSError:
        return False


def _check_driver() -> Iterator[InvalidInput]:
    if missing := driver_missing():
        yield InvalidInput("", missing)


def _is_texts(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(each, str) and each for each in value)
