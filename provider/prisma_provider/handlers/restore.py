"""Restore: a backup put in the place of a database's data, in place, once for each backup that is declared."""

from __future__ import annotations

from prisma_provider import errors, ownership
from prisma_provider.api.ids import bare_id, same_id
from prisma_provider.api.models import WAITING, Backup, Database
from prisma_provider.diff import UNKNOWN, Change, Diff, Field
from prisma_provider.errors import InvalidInput, Refused, capital
from prisma_provider.handlers.changes import compare, gone, went_away
from prisma_provider.handlers.inputs import (
    SETTINGS,
    Checked,
    Properties,
    check_flag,
    check_id,
    check_name,
    check_there,
    known,
    not_there,
    select,
)
from prisma_provider.handlers.readiness import wait_ready
from prisma_provider.live import Live

UNUSABLE = ("running", "failed")
"""Statuses of a backup that cannot be restored; of any other the service has the last word."""


class RestoreHandler:
    """Restores when it is declared and when its backup changes. Its object is an event: deleting it undoes nothing."""

    model = Database
    fields = (
        Field("databaseId", "replace", same_id, "id"),
        Field("backupId", "setting"),
        Field("sourceDatabaseId", "setting", same_id),
        Field("confirmDatabaseName", "setting"),
        *SETTINGS,
        Field("projectId", "output", read=None),
        Field("workspaceId", "output", read=None),
    )

    def check(self, live: Live, olds: Properties, news: Properties) -> Checked:
        """A database, a backup, and the database's name once more."""
        problems = (
            *check_id(news, "databaseId", "db", required=True),
            *check_id(news, "sourceDatabaseId", "db"),
            *check_name(news, "backup", 1, None, field="backupId"),
            *_check_confirmed(news),
            *check_flag(news, "adopt"),
        )
        if problems or news.get("adopt"):
            return Checked(select(self.fields, news), problems)
        problems = (*check_there(live, olds, news, "databaseId", live.database),)
        if not (olds or problems):
            _refuse_recorded(live, news)
            _warn(live, news)
        source, backup_id = news.get("sourceDatabaseId") or news["databaseId"], news["backupId"]
        if not problems and backup_id != olds.get("backupId") and UNKNOWN not in (source, backup_id):
            _refuse_unusable(live, source, backup_id)
        return Checked(select(self.fields, news), problems)

    def diff(self, live: Live, object_id: str, olds: Properties, news: Properties) -> Diff:
        """Another backup is restored in place; what was restored before is not known to the service, but to state."""
        database = live.database(object_id, olds.get("projectId"), olds.get("workspaceId"))
        if database is None:
            return gone(live, olds)
        found = compare(self.fields, olds, news, {"databaseId": database.id})
        return Diff(tuple(_again(change) for change in found.changes))

    def create(self, live: Live, news: Properties) -> tuple[str, Properties]:
        """Restore, and wait until it is done; with `adopt` it was done already, and is recorded."""
        with live.run.under_way("restore", bare_id(news["databaseId"])):
            database = self._restored(live, {}, news)
        return database.id, _outputs(live, database, news)

    def _restored(self, live: Live, olds: Properties, news: Properties) -> Database:
        database = _target(live, news)
        if not live.run.claim(f"restore of {bare_id(database.id)}"):
            raise Refused(
                f"Two restores of {database.title} are declared, and each would undo the other.",
                hint="declare one of them. Nothing was sent.",
            )
        if news.get("adopt") and not olds.get("adopt"):
            live.note(f"{database.title} is taken as restored from backup {news['backupId']}: nothing was sent.")
            live.intents.forget(*_key(live, database, news))
            return database
        return _restore(live, database, news)

    def read(self, live: Live, object_id: str, olds: Properties) -> Properties | None:
        """What state holds, as long as its database lives."""
        database = live.database(object_id, olds.get("projectId"), olds.get("workspaceId"))
        return None if database is None else _outputs(live, database, olds)

    def update(self, live: Live, object_id: str, olds: Properties, news: Properties) -> Properties:
        """Restore if the backup changed; everything else is record."""
        found = self.diff(live, object_id, olds, news)
        database = live.database(object_id, olds.get("projectId"), olds.get("workspaceId"))
        if database is None:
            raise went_away("database", object_id)
        if found.of("restore"):
            database = self._restored(live, olds, news)
        return _outputs(live, database, news)

    def delete(self, live: Live, object_id: str, olds: Properties) -> None:
        """Nothing to send: the data stays what it is."""


def _check_confirmed(news: Properties) -> tuple[InvalidInput, ...]:
    name = news.get("confirmDatabaseName")
    if not known(name) and name is not None:
        return ()
    if isinstance(name, str) and name.strip():
        return ()
    return (
        InvalidInput(
            "confirmDatabaseName",
            "A restore overwrites all data of its database, and confirm_database_name is missing.",
            hint="repeat the database's name there, as text, and not as the output of a resource.",
        ),
    )


def _refuse_recorded(live: Live, news: Properties) -> None:
    """State holds this restore already: a changed first argument or parent, or `--replace`, must not repeat it."""
    if news.get("adopt") is False or UNKNOWN in (news["databaseId"], news["backupId"]):
        return
    for entry in live.recorded().holders("Restore", news["databaseId"]):
        if entry.inputs.get("backupId") == news["backupId"]:
            raise Refused(
                f"Database {news['databaseId']} was restored from backup {news['backupId']} already, by "
                f"{ownership.named(entry.urn)} of this stack. Another restore would lose all data written since.",
                hint="if it is that one, keep it by aliases, or declare adopt=True, which sends nothing; to restore "
                "again, declare adopt=False. Nothing was sent.",
            )


def _warn(live: Live, news: Properties) -> None:
    """A preview calls no `create`: what a restore will do to a database that exists is said here."""
    confirmed = news["confirmDatabaseName"]
    database = live.database(news["databaseId"]) if known(news["databaseId"]) else None
    title = database.title if database else f'database "{confirmed}"'
    if database is not None and confirmed not in (database.name, UNKNOWN):
        live.note(
            f'{title} will only be restored if it is called "{confirmed}" by then, as confirm_database_name says: '
            "otherwise it is refused."
        )
        return
    live.note(f"{title} will be restored from backup {news['backupId']}: ALL ITS DATA since then is lost.")


def _again(change: Change) -> Change:
    """Another backup is another restore; a source that is only spelled out is none."""
    if change.field == "backupId":
        return Change(change.field, change.live, change.declared, "restore")
    return change


def _target(live: Live, news: Properties) -> Database:
    database = live.database(news["databaseId"], after=live.now())
    if database is None:
        raise not_there("databaseId", "database", news["databaseId"])
    return database


def _restore(live: Live, database: Database, news: Properties) -> Database:
    """Refuse what can be refused before anything is sent; then restore, and wait for ready."""
    if database.status == "provisioning":
        database = wait_ready(live, database)
    _refuse_interrupted(live, database, news)
    if database.name != news["confirmDatabaseName"]:
        raise Refused(
            f'{capital(database.title)} is not restored: confirm_database_name is "{news["confirmDatabaseName"]}".',
            hint=f'declare confirm_database_name="{database.name}" if all its data may be overwritten. '
            "Nothing was changed.",
        )
    source = news.get("sourceDatabaseId") or database.id
    _refuse_unusable(live, source, news["backupId"])
    body = {"source": {"type": "backup", "databaseId": source, "backupId": news["backupId"]}}
    with live.intents.noted(*_key(live, database, news)):
        begun = _send(live, database, body, news)
        live.put_database(begun.model_copy(update={"source": database.source}))
        return _await_end(live, begun)


def _await_end(live: Live, database: Database) -> Database:
    """Until it is ready. It has begun: what cannot be read of its end must not lead to a second one.

    A list that is late shows it as ready as it was before: its end is believed when the database itself says so.
    """
    done = lambda d: d.status not in WAITING and live.client.database(d.id).status not in WAITING  # noqa: E731
    try:
        seen = live.wait_for(database, done) or database
    except errors.PrismaError as error:
        live.problem(f"{database.title} is being restored, and what became of it cannot be read now: {error}")
        return database
    if seen.status == "failure":
        raise errors.NotReady(
            f'The restore of {database.title} failed: Prisma gives its status as "failure".',
            hint="restore another backup, or ask Prisma's support; with adopt=False it is tried again. Do not delete "
            "the database: its backups would go with it.",
        )
    if seen.status in WAITING:
        live.note(f'{seen.title} is still "{seen.status}" at the time limit: the restore goes on by itself.')
    return seen


def _key(live: Live, database: Database, news: Properties) -> tuple[str, ...]:
    return ("restore", live.client.settings.base_url, bare_id(database.id), str(news["backupId"]))


def _refuse_interrupted(live: Live, database: Database, news: Properties) -> None:
    """What an interrupted run has begun is never repeated unasked: data was written since, perhaps."""
    if database.status == "recovering":
        raise Refused(
            f"{capital(database.title)} is being restored already, by somebody else or by a run that was interrupted.",
            hint="wait until it is ready. If that was this restore, declare adopt=True to record it as done; "
            "else adopt=False to restore it all the same.",
        )
    if news.get("adopt") is not False and _was_interrupted(live, database, news):
        raise Refused(
            f"{capital(database.title)} may have been restored already, by a run that was interrupted.",
            hint=f"look at its data. If it is that of backup {news['backupId']}, declare adopt=True to record the "
            "restore as done; else adopt=False to restore it now. Nothing was sent.",
        )


def _was_interrupted(live: Live, database: Database, news: Properties) -> bool:
    if live.intents.left(*_key(live, database, news)) is not None:
        return True
    key = ("restore", bare_id(database.id))
    return live.begun_before("Restore", *key, databaseId=database.id, backupId=news["backupId"])


def _refuse_unusable(live: Live, source: str, backup_id: str) -> None:
    """A backup that the service lists as of no use, or does not list, is named before anything is sent."""
    page = live.client.backups(source)
    listed = next((backup for backup in page.data if backup.id == backup_id), None)
    if listed is None and not page.pagination.has_more:
        newest = ", ".join(_named(backup) for backup in page.data[:5]) or "none"
        raise Refused(
            f"Database {source} has no backup {backup_id}.",
            hint=f"its newest backups are: {newest}. A backup of another database wants source_database_id=….",
        )
    if listed is not None and listed.status in UNUSABLE:
        raise Refused(
            f'Backup {backup_id} of database {source} cannot be restored: its status is "{listed.status}".',
            hint="wait for it, or take another one. Nothing was changed.",
        )


def _named(backup: Backup) -> str:
    return f"{backup.id} ({backup.created_at})"


def _send(live: Live, database: Database, body: Properties, news: Properties) -> Database:
    """POST, never twice: what was written since would be lost. A lost response is looked into."""
    try:
        return live.client.restore_database(database.id, body)
    except errors.LostResponse as lost:
        seen = _recovering(live, database.id)
        if seen is None:
            live.intents.forget(*_key(live, database, news))  # the message above says it
            raise _cannot_tell(database, body, lost) from None
        return seen


def _recovering(live: Live, database_id: str) -> Database | None:
    """The database, if it is being restored now; a second look, since what the service shows may lag."""
    for pause in (0.0, 1.0):
        live.client.wait(pause)
        try:
            seen = live.client.database(database_id)
        except errors.ApiError:
            return None
        if seen.status == "recovering":
            return seen
    return None


def _cannot_tell(database: Database, body: Properties, lost: errors.LostResponse) -> errors.PrismaError:
    return errors.PrismaError(
        f"The response to restoring {database.title} was lost, and it is not known whether its data was replaced.",
        said=lost.said or lost.what,
        hint=f"look at its data. If it is that of backup {body['source']['backupId']}, declare adopt=True to record "
        "the restore as done; else run `pulumi up` again, which restores it.",
    )


def _outputs(live: Live, database: Database, state: Properties) -> Properties:
    """The whole state: what was declared, and where its database lives."""
    return {
        **state,
        "databaseId": database.id,
        "projectId": database.project.id,
        "workspaceId": live.workspace_id_of(database.project.id, state.get("workspaceId")),
    }
