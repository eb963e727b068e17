"""Database: a Prisma Postgres database. No edit of a property destroys one unless the program says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from prisma_provider import diff, errors, ownership
from prisma_provider.api.models import WAITING, Database, same_id
from prisma_provider.diff import GONE, UNKNOWN, Change, Diff, Field, behind, ignores
from prisma_provider.errors import InvalidInput, NotReady, Refused, capital
from prisma_provider.handlers.branch import resolve
from prisma_provider.handlers.changes import (
    check_applied,
    compare,
    delete,
    demotion,
    patch,
    rotation,
    went_away,
)
from prisma_provider.handlers.creation import announce, create_once, nothing_to_adopt, to_adopt
from prisma_provider.handlers.inputs import (
    SETTINGS,
    Checked,
    Properties,
    check_adopt,
    check_flag,
    check_id,
    check_name,
    check_region,
    known,
    select,
    sent,
    with_logical_id,
    without_unknown,
)
from prisma_provider.handlers.readiness import failed, remove_failed, wait_ready
from prisma_provider.handlers.unmarked import rotated
from prisma_provider.keys import for_deletion_with_project, is_ours, key_of, new_logical_id, stem, stem_of
from prisma_provider.live import Live

INHERIT = "inherit"
"""The region of the project; what an undeclared region means when a database is made."""

DEMOTION_PATIENCE = 5.0
"""Seconds that a demoted database waits for the promotion of another in the same run."""


def _same_source(one: Any, other: Any) -> bool:
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
        Field("source", "replace", _same_source, read=None),
        Field("allowReplace", "setting"),
        Field("rotationTrigger", "setting"),
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
            *_check_branch(news),
            *_check_source(news),
            *check_adopt(news, "db"),
        )
        inputs = select(self.fields, news)
        if not problems:
            there = {} if olds else _neighbours(live, news)
            inputs = with_logical_id(live, olds, news, inputs, there.values)
            problems = (
                *_check_one_default(live, news, inputs),
                *announce(live, "Database", olds, news, live.database),
            )
            if not (olds or problems):
                _check_new(live, inputs, there)
        return Checked(inputs, problems)

    def diff(self, live: Live, object_id: str, olds: Properties, news: Properties) -> Diff:
        """Against live; what only another database could satisfy is refused, unless `allowReplace` is set."""
        database = _live(live, object_id, olds, news)
        if database is None:
            return GONE
        ownership.hold(live, "Database", object_id, database.title, news)
        ownership.refuse_lost(database, olds)
        found = self._compare(live, database, olds, news)
        replaced = found.of("replace")
        if replaced and not news.get("allowReplace"):
            _refuse_replacement(database, replaced)
        if replaced:
            live.note(f"{database.title} will be replaced, as allow_replace=True says: ALL ITS DATA IS LOST.")
        return found

    def _compare(self, live: Live, database: Database, olds: Properties, news: Properties) -> Diff:
        now = outputs(database, {})
        # What it was made from, as state has it: a restore may change what the service names.
        now["source"] = olds.get("source") or database.source
        declared = without_unknown(news, "region", "source")
        git_name = declared.pop("branchGitName", None)
        if known(git_name) and not _ignores_branch(news):
            branch = live.named_branch(database.project.id, git_name)
            # A branch that is not there yet is made by the update; the preview shows the name it will have.
            declared |= {"branchId": branch.id} if branch else {"branchGitName": git_name}
        if declared.get("region") == INHERIT:
            declared["region"] = _project_region(live, database, news)
        now["region"] = now["region"] or _recorded_region(olds) or declared.get("region")
        found = compare(self.fields, olds, declared, now)
        changes = [rotation(demotion(change)) for change in found.changes]
        changes.extend(_key_change(database, olds, news))
        if database.status in (*WAITING, "failure"):
            changes.append(Change("status", database.status, "ready", "wait"))
        elif olds.get("status") not in (None, database.status):
            changes.append(Change("status", database.status, database.status, "record"))
        return Diff(tuple(changes))

    def create(self, live: Live, news: Properties) -> tuple[str, Properties]:
        """POST and wait until it is ready, or adopt."""
        adopted = to_adopt(live, "Database", news, lambda: live.databases(news["projectId"]).values())
        if adopted:
            database, secrets = self._adopt(live, adopted, news)
            ownership.was_taken(live, database.logical_id)
        else:
            database, secrets = self._make(live, news)
        live.run.returned(database.id)
        key = database.logical_id if adopted else news["logicalId"]
        return database.id, self._outputs(live, database, {**news, **secrets, "logicalId": key})

    def _make(self, live: Live, news: Properties) -> tuple[Database, Properties]:
        here = {"branchId": _branch_id(live, news["projectId"], news), "branchGitName": None}
        here |= {"region": news.get("region", INHERIT), "logicalId": _key_to_send(news["logicalId"], news)}
        body = sent(self.fields, news, **here)
        database, lost = create_once(
            live,
            body["logicalId"],
            lambda: live.client.create_database(body),
            lambda: live.client.databases(news["projectId"], logical_id=body["logicalId"]),
            # Where there is a default, a service may refuse another one: it is made without the flag, then promoted.
            ask_less=lambda: bool(body.pop("isDefault", False)),
        )
        live.run.made(database.id, news)
        secrets: Properties = {} if lost else database.default_credentials()
        live.put_database(database, promoted=database.is_default)
        database = self._settle(live, database, news)
        if not secrets:
            secrets = _default_secrets(live, database)
        return database, secrets

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

    def _adopt(self, live: Live, database_id: str, news: Properties) -> tuple[Database, Properties]:
        """Take it if project and region agree, PATCH it to what is declared, and rotate only if that is asked for."""
        database = live.database(database_id, news["projectId"])
        if database is None:
            raise nothing_to_adopt("database", database_id)
        database = ownership.release(live, database)
        _branch_id(live, database.project.id, news)
        if database.source is None:
            news = {**news, "source": None}  # what it was made from is not known: nothing to compare with
        found = self._compare(live, database, {}, news)
        for change in found.of("replace"):
            raise Refused(
                f"{capital(database.title)} cannot be adopted: {change}.",
                hint=f"declare the {change.field} that it has. Nothing was changed.",
            )
        database = self._apply(live, database, found)
        if found.of("rotate"):
            return database, _rotated_default(live, database)
        live.note(
            f"{database.title} is adopted without its connection strings, which Prisma tells only once. A Connection "
            "of it has its own; or declare a rotation_trigger: new ones, and the old ones are locked out."
        )
        return database, {}

    def read(self, live: Live, object_id: str, olds: Properties) -> Properties | None:
        """The live database, with secrets and settings carried on from state."""
        database = _live(live, object_id, olds, olds)
        return None if database is None else self._outputs(live, database, olds)

    def update(self, live: Live, object_id: str, olds: Properties, news: Properties) -> Properties:
        """PATCH what differs, or nothing; wait for what comes by itself."""
        database = _live(live, object_id, olds, news)
        if database is None:
            raise went_away("database", object_id)
        if not _ignores_branch(news):
            _branch_id(live, database.project.id, news)
        found = self.diff(live, object_id, olds, news)
        if database.status in WAITING:
            database = wait_ready(live, database)
        database = self._apply(live, database, found)
        if database.status == "failure":
            raise failed(database)
        secrets = {field.name: olds.get(field.name) for field in self.fields if field.kind == "once"}
        if found.of("rotate"):
            secrets |= _rotated_default(live, database)
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
            database = _await_demotion(live, database)
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
        if ownership.stays(live, "Database", object_id):
            return
        found = live.database(object_id, olds.get("projectId"), olds.get("workspaceId"))
        if found is not None:
            if ownership.is_lost(olds, found.logical_id):
                live.note(f"{found.title} is left alone: another resource has taken it over ({found.logical_id}).")
                return
            ownership.refuse_deletion(live, found, "database")
        live.run.delete_asked(object_id)
        try:
            delete(live, "database", object_id, olds, live.client.delete_database)
        except errors.Forbidden as error:
            kept = live.database(object_id, after=live.now())
            # A 403 is also how the service says no access: only the default database is left behind in peace.
            if kept is not None and not kept.is_default:
                raise error
            if kept is not None and not self._hand_over(live, kept):
                _explain_kept(live, kept)
                return
            delete(live, "database", object_id, olds, live.client.delete_database)
        live.drop_database(object_id)

    def _hand_over(self, live: Live, database: Database) -> bool:
        """Give the flag of a database that is replaced to its successor, which this stack made: then it can go."""
        mine = stem_of(database.logical_id)
        successors = [
            other
            for other in live.databases(database.project.id).values()
            if mine
            and stem_of(other.logical_id) == mine
            and not same_id(other.id, database.id)
            and (live.run.was_made(other.id) or live.recorded().holds(other.id))
        ]
        if len(successors) != 1:
            return False
        try:
            self._patch(live, successors[0], {"isDefault": True})
        except (errors.Rejected, errors.NotApplied) as error:
            live.note(f"{capital(successors[0].title)} does not get the default flag of the one it replaces: {error}")
            return False
        live.note(f"{successors[0].title} gets the default flag of {database.title}, which it replaces.")
        return True

    def _outputs(self, live: Live, database: Database, bag: Properties) -> Properties:
        workspace_id = live.workspace_id_of(database.project.id, bag.get("workspaceId"))
        return outputs(database, {**bag, "workspaceId": workspace_id})


def _live(live: Live, object_id: str, olds: Properties, concerned: Properties) -> Database | None:
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


def _check_new(live: Live, inputs: Properties, there: Mapping[str, Database]) -> None:
    """Refuse what would replace a database that lives, or make one that is there, as far as a preview can know."""
    if not known(inputs["projectId"]) or not known(inputs["name"]):
        return
    ownership.refuse_replacement(live, inputs, there.values(), "database")
    if isinstance(inputs.get("adopt"), str):
        return
    branch_id = _declared_branch(live, inputs) if there else None
    # Nothing on a branch that is not there yet can be its older self.
    if there and not (branch_id is None and inputs.get("branchGitName") is not None):
        ownership.refuse_renamed_identity(live, inputs, there.values(), branch_id)
    ownership.leftover(live, "Database", inputs, there.values())


def _declared_branch(live: Live, inputs: Properties) -> str | None:
    """The id of the branch that is declared, by id or by name; None where none is, or it is not there yet."""
    git_name = inputs.get("branchGitName")
    if git_name is None:
        return inputs.get("branchId")
    branch = live.named_branch(inputs["projectId"], git_name)
    return branch.id if branch else None


def _key_to_send(key: str, news: Properties) -> str:
    """The key of a database, which says whether it is to be deleted together with its project (`deleted_with`)."""
    goes = known(news.get("deletedWith")) and same_id(news["deletedWith"], news["projectId"])
    return for_deletion_with_project(key) if goes else key


def _key_change(database: Database, olds: Properties, news: Properties) -> Iterator[Change]:
    """What `deleted_with` says, written into the key, which outlives this stack's state. Another tool's is left."""
    has = database.logical_id
    if UNKNOWN in (news.get("deletedWith"), news.get("projectId")) or not (has is None or is_ours(has)):
        return
    key = ownership.recorded_key(olds, has)  # of what 0.1.0 adopted, state has a key and the object has none
    if key is None or not is_ours(key):
        key = new_logical_id(stem(database.name), database.id)
    wanted = _key_to_send(key, news)
    if wanted != has and (has is not None or wanted != key_of(wanted)):
        yield Change("logicalId", has, wanted, "patch")


def _check_branch(news: Properties) -> Iterator[InvalidInput]:
    if news.get("branchGitName") is None:
        return
    yield from check_name(news, "branch", 1, None, field="branchGitName")
    if news.get("branchId") is not None:
        yield InvalidInput("branchGitName", "Both branch_id and branch_git_name are given.", hint="give one of them.")


def _check_source(news: Properties) -> Iterator[InvalidInput]:
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


def _check_one_default(live: Live, news: Properties, inputs: Properties) -> Iterator[InvalidInput]:
    """Two databases that both declare the flag would take it from each other at every run."""
    if news.get("isDefault") is not True or not known(news.get("projectId")):
        return
    if ignores(news.get("ignoreChanges"), "isDefault"):
        return
    title = f'database "{news["name"]}"'
    other = live.run.claim_default(news["projectId"], str(news.get("identity") or inputs["logicalId"]), title)
    if other is not None:
        yield InvalidInput(
            "isDefault",
            f"{capital(title)} and {other} both declare is_default=True in one project.",
            hint="declare it on one of them; the other may have is_default=False.",
        )


def _ignores_branch(news: Properties) -> bool:
    return ignores(news.get("ignoreChanges"), "branchId", "branchGitName")


def _default_secrets(live: Live, database: Database) -> Properties:
    """New connection strings of the default connection, whose own did not come with the answer to the create."""
    if database.default_connection_id is None:
        live.note(f"{database.title} came without connection strings: declare a Connection of it, which has its own.")
        return {}
    try:
        return _rotated_default(live, database)
    except errors.PrismaError as error:
        live.note(
            f"The connection strings of {database.title} did not come with its creation. A Connection of it "
            f"has its own; or declare a rotation_trigger. {error}"
        )
    return {}


def _rotated_default(live: Live, database: Database) -> Properties:
    """New connection strings of the default connection; the old ones are locked out."""
    if database.default_connection_id is None:
        raise errors.NotApplied(
            f"{capital(database.title)} has no default connection that could be rotated.",
            hint="declare a Connection of it, and take rotation_trigger away.",
        )
    found = rotated(live, database.default_connection_id).credentials()
    return {name: found[name] for name in ("databaseUrl", "directUrl")}


def _branch_id(live: Live, project_id: str, news: Properties) -> Any:
    """The declared branch; one that is declared by name is made where it is not there."""
    git_name = news.get("branchGitName")
    return resolve(live, project_id, git_name).id if git_name else news.get("branchId")


def _project_region(live: Live, database: Database, news: Properties) -> Any:
    """What `inherit` stands for; None, which is not compared, where the project has no region of its own."""
    if news.get("projectId") is UNKNOWN:
        return None
    project = live.project(database.project.id)
    return project.default_region if project else None


def _recorded_region(olds: Properties) -> Any:
    """Where it is as far as state knows: an answer need not name the region, and what is not told is not another."""
    return None if olds.get("region") == INHERIT else olds.get("region")


def _refuse_replacement(database: Database, changes: tuple[Change, ...]) -> None:
    what = " and ".join(str(change) for change in changes)
    raise Refused(
        f"{capital(database.title)} is not replaced: {what}. That cannot be changed in place; a replacement is a "
        "new, empty database, and all data of this one would be lost.",
        hint="put the old value back; or, if the data may go, set allow_replace=True on this database.",
    )


def _await_demotion(live: Live, database: Database) -> Database:
    seen = live.wait_for(database, lambda d: not d.is_default, DEMOTION_PATIENCE)
    if seen is None:
        raise went_away("database", database.id)
    if seen.is_default:
        live.note(
            f"{seen.title} is still the default database: Prisma takes the flag from it when another database of its "
            "project gets it. Declare is_default=True on the other one; the next preview compares again."
        )
    return seen


def _explain_kept(live: Live, database: Database) -> None:
    if ownership.project_is_deleted(live, database.project.id):
        # Written down at once: another deletion may fail, and then that of the project never begins.
        ownership.remember(live, [database])
        live.note(f"{database.title} is the default database of its project, which Prisma deletes together with it.")
        return
    live.note(
        f"{database.title} is the default database of project {database.project.id}, which Prisma deletes only "
        "together with the project: it lives on there, with its data, until the project goes. To have it back in a "
        f'program: adopt="{database.id}".'
    )


def outputs(database: Database, state: Properties) -> Properties:
    """The whole state of a database."""
    key = ownership.recorded_key(state, database.logical_id)
    return diff.outputs(DatabaseHandler.fields, database, state) | {"logicalId": key}
