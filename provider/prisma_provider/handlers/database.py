"""Database: a Prisma Postgres database. No edit of a property destroys one unless the program says so."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from prisma_provider import diff, errors, ownership
from prisma_provider.api.ids import same_id
from prisma_provider.api.models import WAITING, Database
from prisma_provider.diff import UNKNOWN, Change, Diff, Field, behind
from prisma_provider.errors import InvalidInput, NotReady, Refused, capital
from prisma_provider.handlers.changes import (
    check_applied,
    compare,
    delete,
    demotion,
    gone,
    patch,
    rotation,
    went_away,
)
from prisma_provider.handlers.creation import (
    agree,
    check_adopted,
    create_once,
    nothing_to_adopt,
    tell_changes,
    to_adopt,
)
from prisma_provider.handlers.credentials import default_secrets, rotated_default, unknown_passwords
from prisma_provider.handlers.default_flag import await_demotion, check_one_default, explain_kept, successor_of
from prisma_provider.handlers.deleted_with import key_change, key_to_send
from prisma_provider.handlers.inputs import (
    SETTINGS,
    Checked,
    Properties,
    check_adopt,
    check_flag,
    check_id,
    check_name,
    check_region,
    check_there,
    known,
    select,
    sent,
    with_logical_id,
    without_unknown,
)
from prisma_provider.handlers.placement import (
    INHERIT,
    branch_id,
    check_branch,
    declared_branch,
    ignores_branch,
    project_region,
    recorded_region,
)
from prisma_provider.handlers.proof import WAIT, check_wait, prove_connection
from prisma_provider.handlers.readiness import failed, remove_failed, wait_ready
from prisma_provider.live import Live


def same_source(one: Any, other: Any) -> bool:
    """Whether two sources are one, ids with or without prefix."""
    if not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return bool(one == other)
    return all(same_id(one.get(name), value) for name, value in other.items())


class DatabaseHandler:
    """Makes, renames, promotes, moves and deletes databases."""

    model = Database
    fields = (
        Field("projectId", "replace", same_id, "project.id"),
        Field("name", "patch"),
        Field("region", "replace", read="region_id", kept=True),
        Field("isDefault", "patch"),
        Field("branchId", "patch", same_id),
        Field("branchGitName", "patch", read=None),
        Field("source", "replace", same_source, read=None),
        Field("allowReplace", "setting"),
        Field("rotationTrigger", "setting"),
        WAIT,
        Field("deletedWith", "setting", same_id),
        *SETTINGS,
        Field("status", "output"),
        Field("logicalId", "output"),
        Field("workspaceId", "output", read=None),
        Field("defaultConnectionId", "output"),
        Field("createdAt", "output"),
        Field("databaseUrl", "once"),
        Field("directUrl", "once"),
    )

    def check(self, live: Live, olds: Properties, news: Properties) -> Checked:
        """A name, ids that can be ids, a region that exists, a source that names its database."""
        problems = (
            *check_id(news, "projectId", "proj", required=True),
            *check_name(news, "database", 1, None),
            *check_region(live, olds, news, INHERIT),
            *check_flag(news, "isDefault"),
            *check_flag(news, "allowReplace"),
            *check_id(news, "branchId", "br"),
            *check_branch(news),
            *check_source(news),
            *check_adopt(news, "db"),
            *check_wait(news),
        )
        inputs = select(self.fields, news)
        if not problems:
            there = {} if olds else _neighbours(live, news)
            inputs = with_logical_id(live, olds, news, inputs, there.values)
            problems = (
                # A project that shows a database is there; of another one a service may show an empty list.
                *(() if there else check_there(live, olds, news, "projectId", live.project)),
                *check_one_default(live, news, inputs),
                *check_adopted(live, "Database", olds, inputs, live.database, lambda d: self.agreed(live, d, inputs)),
            )
            if not (olds or problems):
                left = check_new(live, inputs, there.values())
                if left is not None:
                    tell_changes(live, left.title, self.agreed(live, left, inputs))
        return Checked(inputs, problems)

    def diff(self, live: Live, object_id: str, olds: Properties, news: Properties) -> Diff:
        """Against live; what only another database could satisfy is refused, unless `allowReplace` is set."""
        database = live_database(live, object_id, olds, news)
        if database is None:
            return gone(live, olds)
        found = self.compared(live, database, olds, news)
        replaced = found.of("replace")
        if replaced and not news.get("allowReplace"):
            _refuse_replacement(database, replaced)
        if replaced:
            live.note(f"{database.title} will be replaced, as allow_replace=True says: ALL ITS DATA IS LOST.")
        return found

    def compared(self, live: Live, database: Database, olds: Properties, news: Properties) -> Diff:
        """What differs of a database that the resource holds; Refused where another resource holds it."""
        ownership.hold(live, "Database", database.id, database.title, news)
        ownership.refuse_lost(database, olds)
        return self._compare(live, database, olds, news)

    def _compare(self, live: Live, database: Database, olds: Properties, news: Properties) -> Diff:
        now = outputs(database, {})
        # What it was made from, as state has it: a restore may change what the service names.
        now["source"] = olds.get("source") or database.source
        declared = without_unknown(news, "region", "source")
        git_name = declared.pop("branchGitName", None)
        if known(git_name) and not ignores_branch(news):
            branch = live.named_branch(database.project.id, git_name)
            # A branch that is not there yet is made by the update; the preview shows the name it will have.
            declared |= {"branchId": branch.id} if branch else {"branchGitName": git_name}
        if declared.get("region") == INHERIT:
            declared["region"] = project_region(live, database, news)
        now["region"] = now["region"] or recorded_region(olds) or declared.get("region")
        found = compare(self.fields, olds, declared, now)
        changes = [rotation(demotion(change)) for change in found.changes]
        changes.extend(key_change(database, olds, news))
        if database.status in (*WAITING, "failure"):
            changes.append(Change("status", database.status, "ready", "wait"))
        elif olds.get("status") not in (None, database.status):
            changes.append(Change("status", database.status, database.status, "record"))
        return Diff(tuple(changes))

    def create(self, live: Live, news: Properties) -> tuple[str, Properties]:
        """POST and wait until it is ready, or adopt."""
        return self.create_beside(live, news, lambda: live.databases(news["projectId"]).values())

    def create_beside(
        self, live: Live, news: Properties, existing: Callable[[], Iterable[Database]], *, renew: bool = False
    ) -> tuple[str, Properties]:
        """The same, where what an interrupted run made for it can only be among `existing`.

        `renew` rotates the default connection of what is taken over, whose passwords nobody knows.
        """
        adopted = to_adopt(live, "Database", news, existing)
        if adopted:
            database, secrets = self._adopt(live, adopted, news, renew=renew)
            ownership.was_taken(live, database.logical_id)
        else:
            database, secrets = self._make(live, news)
        live.run.returned(database.id)
        key = database.logical_id if adopted else news["logicalId"]
        made = self._outputs(live, database, {**news, **secrets, "logicalId": key})
        if database.status not in (*WAITING, "failure"):
            prove_connection(live, database.title, news, made, made["workspaceId"])
        return database.id, made

    def _make(self, live: Live, news: Properties) -> tuple[Database, Properties]:
        here = {"branchId": branch_id(live, news["projectId"], news), "branchGitName": None}
        here |= {"region": news.get("region", INHERIT), "logicalId": key_to_send(news["logicalId"], news)}
        body = sent(self.fields, news, **here)
        database = create_once(
            live,
            body["logicalId"],
            lambda: live.client.create_database(body),
            lambda: live.client.databases(news["projectId"], logical_id=body["logicalId"]),
            # Where there is a default, a service may refuse another one: it is made without the flag, then promoted.
            ask_less=lambda: bool(body.pop("isDefault", False)),
        )
        live.run.made(database.id, news)
        secrets = database.default_credentials()
        live.put_database(database, promoted=database.is_default)
        database = self._settle(live, database, news)
        return database, secrets or default_secrets(live, database)

    def _settle(self, live: Live, database: Database, news: Properties) -> Database:
        """Wait for ready and give it the flag; what fails after it was made must not lose it: a warning."""
        try:
            database = wait_ready(live, database)
            if database.region is None or database.default_connection_id is None:
                database = live.completed(database)
            if news.get("isDefault") and not database.is_default:
                promote = Diff((Change("isDefault", False, True, "patch"),))
                database = self._apply(live, database, promote)
        except NotReady as error:
            return remove_failed(live, database, error)
        except errors.PrismaError as error:
            live.problem(f"{database.title} was made, and then: {error}")
        return database

    def _adopt(self, live: Live, database_id: str, news: Properties, *, renew: bool) -> tuple[Database, Properties]:
        """Take it if project and region agree, PATCH it to what is declared, and rotate only if that is asked for."""
        database = live.database(database_id, news["projectId"])
        if database is None:
            raise nothing_to_adopt("database", database_id)
        database = ownership.release(live, database)
        branch_id(live, database.project.id, news)
        found = self.agreed(live, database, news)
        database = self._apply(live, database, found)
        if renew or found.of("rotate"):
            return database, rotated_default(live, database)
        live.note(unknown_passwords())
        return database, {}

    def agreed(self, live: Live, database: Database, news: Properties) -> Diff:
        """What taking it over changes."""
        if database.source is None:
            news = {**news, "source": None}  # what it was made from is not known: nothing to compare with
        return agree(database.title, self._compare(live, database, {}, news))

    def read(self, live: Live, object_id: str, olds: Properties) -> Properties | None:
        """The live database, with secrets and settings carried on from state."""
        database = live_database(live, object_id, olds, olds)
        return None if database is None else self._outputs(live, database, olds)

    def update(self, live: Live, object_id: str, olds: Properties, news: Properties) -> Properties:
        """PATCH what differs, or nothing; wait for what needs no request."""
        database = live_database(live, object_id, olds, news)
        if database is None:
            raise went_away("database", object_id)
        if not ignores_branch(news):
            branch_id(live, database.project.id, news)
        found = self.diff(live, object_id, olds, news)
        if database.status in WAITING:
            database = wait_ready(live, database)
        database = self._apply(live, database, found)
        if database.status == "failure":
            raise failed(database)
        secrets = {field.name: olds.get(field.name) for field in self.fields if field.kind == "once"}
        if found.of("rotate"):
            secrets |= rotated_default(live, database)
            prove_connection(live, database.title, news, secrets, olds.get("workspaceId"))
        kept = {name: olds.get(name) for name in ("workspaceId", "logicalId")}
        return self._outputs(live, database, {**secrets, **news, **kept})

    def _apply(self, live: Live, database: Database, found: Diff) -> Database:
        for body in found.patches():
            try:
                database = self._patch(live, database, body)
            except errors.Rejected as error:
                if type(error) is not errors.Rejected or len(body) == 1 or "isDefault" not in body:
                    raise
                # A service that takes no flag here refuses the whole: what else was asked for is not lost with it.
                for name in sorted(body, key="isDefault".__eq__):
                    database = self._patch(live, database, {name: body[name]})
        if any(change.field == "isDefault" for change in found.of("wait")):
            database = await_demotion(live, database)
        return database

    def _patch(self, live: Live, database: Database, body: dict[str, Any]) -> Database:
        title, database_id = database.title, database.id
        database = patch(title, body, lambda b: live.client.update_database(database_id, b))
        live.put_database(database, promoted=bool(body.get("isDefault")))
        # As it is on the object: state has the key without what it says of the project's deletion.
        check_applied(title, self.fields, body, {**outputs(database, {}), "logicalId": database.logical_id})
        return database

    def delete(self, live: Live, object_id: str, olds: Properties) -> None:
        """Delete it with its data. The default database the service keeps until its project is deleted."""
        live.begin_deletions(olds.get("projectId"))
        if ownership.stays(live, "Database", object_id):
            return
        found = live.database(object_id, olds.get("projectId"), olds.get("workspaceId"))
        if found is not None:
            if ownership.is_lost(olds, found.logical_id):
                live.note(f"{found.title} is left alone: another resource has taken it over ({found.logical_id}).")
                return
            ownership.refuse_another(found.title, olds, outputs(found, {}))
            ownership.refuse_deletion(live, found, "database")
        live.run.delete_asked(object_id)
        try:
            delete(live, "database", object_id, olds, live.client.delete_database)
        except errors.Forbidden as error:
            kept = live.database(object_id, after=live.now())
            # A 403 is also how the service says no access: only the default database is left alone.
            if kept is not None and not kept.is_default:
                raise error
            if kept is not None and not self._hand_over(live, kept):
                explain_kept(live, kept)
                return
            delete(live, "database", object_id, olds, live.client.delete_database)
        live.drop_database(object_id)

    def _hand_over(self, live: Live, database: Database) -> bool:
        """Give the flag of a database that is replaced to its successor: then it can go."""
        successor = successor_of(live, database)
        if successor is None:
            return False
        try:
            self._patch(live, successor, {"isDefault": True})
        except (errors.Rejected, errors.NotApplied) as error:
            live.note(f"{capital(successor.title)} does not get the default flag of the one it replaces: {error}")
            return False
        live.note(f"{successor.title} gets the default flag of {database.title}, which it replaces.")
        return True

    def _outputs(self, live: Live, database: Database, state: Properties) -> Properties:
        workspace_id = live.workspace_id_of(database.project.id, state.get("workspaceId"))
        return outputs(database, {**state, "workspaceId": workspace_id})


def live_database(live: Live, object_id: str, olds: Properties, concerned: Properties) -> Database | None:
    """The live database. Where it is not what state holds, a list may be late: then it is asked for by its id."""
    database = live.database(object_id, olds.get("projectId"), olds.get("workspaceId"))
    if database is None:
        return None
    now = outputs(database, {})
    recorded = {name: olds[name] for name in now if name in olds and name in concerned}
    if not behind(DatabaseHandler.fields, recorded, now):
        return database
    return live.confirmed(database, olds.get("workspaceId"))


def _neighbours(live: Live, news: Properties) -> dict[str, Database]:
    """The databases of its project; none of one that is not made yet."""
    return live.databases_or_none(news["projectId"]) if known(news["projectId"]) else {}


def check_new(live: Live, inputs: Properties, there: Collection[Database]) -> Database | None:
    """Refuse what would replace a database that lives, or make one that is there, as far as a preview can know.

    What an interrupted run has made for this resource is returned: the create will use it.
    """
    if not known(inputs["projectId"]) or not known(inputs["name"]):
        return None
    ownership.refuse_replacement(live, inputs, there, "database")
    if isinstance(inputs.get("adopt"), str):
        return None
    if there:
        branch_id: object = declared_branch(live, inputs)
        if branch_id is None and inputs.get("branchGitName") is not None:
            branch_id = UNKNOWN  # it is not there yet
        ownership.refuse_renamed_identity(live, inputs, there, branch_id)
    return ownership.leftover(live, "Database", inputs, there)


def check_source(news: Properties) -> Iterator[InvalidInput]:
    source = news.get("source")
    if not known(source):
        return
    if not isinstance(source, Mapping) or source.get("type") not in ("database", "backup"):
        yield InvalidInput("source", "source must be CloneOf(database_id) or BackupOf(database_id, backup_id).")
        return
    yield from check_id(source, "databaseId", "db", required=True)
    if source["type"] == "backup" and not source.get("backupId"):
        wanted = "A backup as source wants its backup_id."
        yield InvalidInput("source", wanted, hint="take one from get_backups(database_id).")


def _refuse_replacement(database: Database, changes: tuple[Change, ...]) -> None:
    what = " and ".join(str(change) for change in changes)
    raise Refused(
        f"{capital(database.title)} is not replaced: {what}. That cannot be changed in place; a replacement is a "
        "new, empty database, and all data of this one would be lost.",
        hint="put the old value back; or, if the data may go, set allow_replace=True on this database.",
    )


def outputs(database: Database, state: Properties) -> Properties:
    """The whole state of a database."""
    key = ownership.recorded_key(state, database.logical_id)
    return diff.outputs(DatabaseHandler.fields, database, state) | {"logicalId": key}
