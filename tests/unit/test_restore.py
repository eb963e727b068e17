"""Restore: refusals first, then what changes nothing, then what is done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from prisma_provider import errors
from prisma_provider.diff import UNKNOWN
from prisma_provider.live.intents import Intents
from prisma_provider.live.state import Entry
from prisma_provider.network.retries import time_limit
from unit.service import Answer, Service, declare, handler, refusal, urn_of

RESTORE = handler("Restore")
CUT = httpx.RemoteProtocolError("cut")


@pytest.fixture
def database(service: Service) -> str:
    """A database called orders."""
    return str(service.database(service.project()["id"])["id"])


@pytest.fixture
def backup(service: Service, database: str) -> str:
    """A backup of it."""
    return service.backup(database)


def restore(service: Service, database: str, backup: str, **more: Any) -> tuple[str, dict[str, Any]]:
    """A restore as a run makes it."""
    live = service.live(retry_limit=0.01)
    given: dict[str, Any] = {"databaseId": database, "backupId": backup, "confirmDatabaseName": "orders", **more}
    return RESTORE.create(live, declare(live, "Restore", **given))


@pytest.mark.parametrize(
    "inputs",
    [
        *({"confirmDatabaseName": None}, {"confirmDatabaseName": " "}, {"backupId": " "}, {"backupId": None}),
        *({"databaseId": "my db"}, {"sourceDatabaseId": "x y"}, {"adopt": "db_1"}),
    ],
)
def test_bad_input_is_one_sentence_before_anything_is_sent(service: Service, inputs: dict[str, Any]) -> None:
    """Without the database's name, or with an id that is none, nothing is asked."""
    given: dict[str, Any] = {"databaseId": "db_1", "backupId": "bkp_1", "confirmDatabaseName": "orders", **inputs}
    assert len(RESTORE.check(service.live(), {}, given).problems) == 1
    assert not service.log


def test_another_name_is_refused(service: Service, database: str, backup: str) -> None:
    """What I confirm has to be what the database is called now."""
    with pytest.raises(errors.Refused, match='confirm_database_name="orders"'):
        restore(service, database, backup, confirmDatabaseName="sales")
    assert not service.restored


@pytest.mark.parametrize(
    ("backup_id", "status", "says"),
    [("bkp_missing", "brand-new", "has no backup"), (None, "running", '"running"'), (None, "failed", '"failed"')],
)
def test_a_backup_of_no_use_is_refused(
    service: Service, database: str, backup_id: str | None, status: str, says: str
) -> None:
    """A backup that is not there, or not whole, is named with the newest ones, and nothing is sent."""
    there = service.backup(database, status=status)
    with pytest.raises(errors.Refused, match=says):
        restore(service, database, backup_id or there)
    assert not service.sent()


def test_the_newest_backups_are_named(service: Service, database: str) -> None:
    """A backup that is not there is refused with those that are, or with the word that there are none."""
    with pytest.raises(errors.Refused, match=r"its newest backups are: none\."):
        restore(service, database, "bkp_99")
    old, new = service.backup(database), service.backup(database)
    with pytest.raises(errors.Refused, match=rf"backups are: {new} \(2026-01-02.*\), {old} \(2026-01-01.*\)\."):
        restore(service, database, "bkp_99")


def test_an_old_backup_that_the_list_leaves_off_is_restored(service: Service, database: str, backup: str) -> None:
    """Where the service lists only its newest backups, the others are not refused: it has the last word."""
    newest = {"data": [], "pagination": {"hasMore": True, "limit": 100}}
    service.fail("GET", "/v1/databases/.*/backups", httpx.Response(200, json=newest), times=-1)
    restore(service, database, backup)
    assert service.restored == [(database, backup)]


def test_a_database_that_is_being_restored_is_left_alone(service: Service, database: str, backup: str) -> None:
    """A restore that is under way may be that of an interrupted run: it is named, and not begun a second time."""
    service.databases[database]["status"] = "recovering"
    with pytest.raises(errors.Refused, match=r"being restored already(?s:.*)adopt=True"):
        restore(service, database, backup)
    assert not service.sent()


@pytest.mark.parametrize("acted", [False, True])
@pytest.mark.parametrize("answer", [CUT, refusal(500, "x"), refusal(503, "x", **{"Retry-After": "1"})])
def test_a_lost_answer_is_never_sent_again(
    service: Service, database: str, backup: str, answer: Answer, acted: bool
) -> None:
    """What became of a restore whose answer is lost is not known: it is an error that says how to go on."""
    service.fail("POST", "/v1/databases/.*/restore", answer, acted=acted)
    with pytest.raises(errors.PrismaError, match=r"not known whether(?s:.*)adopt=True"):
        restore(service, database, backup)
    assert len(service.sent("POST")) == 1
    service.log.clear()
    assert restore(service, database, backup, adopt=True)[0] == database
    assert not service.sent()


def test_a_restore_that_fails_is_an_error(service: Service, database: str, backup: str) -> None:
    """Where the database ends as failed, I am told, and not to delete it with its backups."""
    service.status_after_restore = "failure"
    with pytest.raises(errors.NotReady, match=r'"failure"(?s:.*)Do not delete'):
        restore(service, database, backup)


@pytest.mark.parametrize("outage", [refusal(503, "down"), refusal(401, "token")])
def test_a_restore_whose_end_cannot_be_read_counts_as_done(
    service: Service, database: str, backup: str, outage: Answer
) -> None:
    """It was taken, and then the service fell silent: it stands in state, I am told, and it is not sent again."""
    service.status_after_restore = "recovering"

    def down(request: httpx.Request) -> Answer | None:
        return outage if service.restored and request.method == "GET" else None

    service.before.append(down)
    live = service.live(retry_limit=0.01)
    live.workspace_id()
    given: dict[str, Any] = {"databaseId": database, "backupId": backup, "confirmDatabaseName": "orders"}
    with time_limit(5):
        made = RESTORE.create(live, declare(live, "Restore", **given))
    assert made[0] == database
    assert "cannot be read now" in service.notes[-1]
    service.before.clear()
    live = service.live()
    assert not RESTORE.diff(live, *made, declare(live, "Restore", made[1], **given))


def test_a_killed_run_is_not_repeated_unasked(service: Service, database: str, backup: str, tmp_path: Path) -> None:
    """Killed while it waited, on this machine or, as state knows, on another: I am asked; True and False decide."""
    given: dict[str, Any] = {"databaseId": database, "backupId": backup, "confirmDatabaseName": "orders"}

    class Killed(BaseException):
        pass

    def kill(request: httpx.Request) -> Answer | None:
        if service.restored:
            service.before.clear()
            raise Killed
        return None

    service.before.append(kill)
    service.status_after_restore = "recovering"
    live = service.live(intents=Intents(tmp_path))
    live.workspace_id()
    with pytest.raises(Killed):
        RESTORE.create(live, declare(live, "Restore", **given))
    service.databases[database]["status"] = service.status_after_restore = "ready"
    for live in (service.live(intents=Intents(tmp_path)), service.live(begun=[given, given])):
        with pytest.raises(errors.Refused, match=r"adopt=True(?s:.*)adopt=False"):
            RESTORE.create(live, declare(live, "Restore", **given))
    assert len(service.restored) == 1
    live = service.live(intents=Intents(tmp_path))
    assert RESTORE.create(live, declare(live, "Restore", adopt=True, **given))[0] == database
    assert len(service.restored) == 1
    live = service.live(begun=[given, given])
    made = RESTORE.create(live, declare(live, "Restore", adopt=False, **given))
    assert len(service.restored) == 2
    other = {**given, "backupId": service.backup(database)}
    live = service.live(
        begun=[given]
    )  # Pulumi keeps that entry until a refresh: another backup is none of its business
    RESTORE.update(live, *made, declare(live, "Restore", made[1], **other))
    assert len(service.restored) == 3


def test_two_restores_of_one_database_are_refused(service: Service, database: str, backup: str) -> None:
    """Each would undo the other, in whatever order they run."""
    live = service.live()
    given: dict[str, Any] = {"databaseId": database, "confirmDatabaseName": "orders"}
    RESTORE.create(live, declare(live, "Restore", backupId=backup, **given))
    with pytest.raises(errors.Refused, match="Two restores"):
        RESTORE.create(live, declare(live, "Restore", backupId=service.backup(database), **given))
    assert len(service.restored) == 1


def test_a_restore_that_state_holds_is_not_repeated_unasked(service: Service, database: str, backup: str) -> None:
    """I give my restore another first argument or parent, or use --replace: refused, and no data is overwritten."""
    given: dict[str, Any] = {"databaseId": database, "backupId": backup, "confirmDatabaseName": "orders"}
    held = [Entry(urn_of("Restore", "undo"), database, given)]
    with pytest.raises(errors.Refused, match=r'Restore "undo" of this stack(?s:.*)adopt=True(?s:.*)adopt=False'):
        declare(service.live(held=held), "Restore", **given)
    assert not service.restored
    for other in ({"adopt": False}, {"adopt": True}, {"backupId": service.backup(database)}, {"backupId": UNKNOWN}):
        declare(service.live(held=held), "Restore", **{**given, **other})
    declare(service.live(held=held), "Restore", given, **given)


def test_a_backup_that_is_not_known_yet_asks_no_state(
    service: Service, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """State holds no restore of a backup that is not known yet: it is not asked for one."""
    live = service.live()
    monkeypatch.setattr(live, "recorded", lambda: pytest.fail("state was asked for"))
    declare(live, "Restore", databaseId=database, backupId=UNKNOWN, confirmDatabaseName="orders")


def test_the_name_is_read_afresh(service: Service, database: str, backup: str) -> None:
    """A rename by another hand between preview and update: what I confirmed is no longer its name."""
    made = restore(service, database, backup)
    live = service.live()
    news = declare(live, "Restore", made[1], **{**made[1], "backupId": service.backup(database)})
    assert RESTORE.diff(live, *made, news).of("restore")
    service.databases[database]["name"] = "sales"
    with pytest.raises(errors.Refused, match='confirm_database_name="sales"'):
        RESTORE.update(live, *made, news)


def test_an_unknown_backup_shows_in_the_preview(service: Service, database: str, backup: str) -> None:
    """A backup_id that is only known after the update may be another one: the preview says so."""
    made = restore(service, database, backup)
    live = service.live()
    given: dict[str, Any] = {"databaseId": database, "confirmDatabaseName": "orders"}
    news = declare(live, "Restore", made[1], backupId=UNKNOWN, **given)
    assert [change.how for change in RESTORE.diff(live, *made, news).changes] == ["restore"]


def test_no_diffs_is_no_changes(service: Service, database: str, backup: str) -> None:
    """Restored once, it is not restored again, neither when the database gets another name nor by a refresh."""
    made = restore(service, database, backup)
    service.databases[database]["name"] = "sales"
    live = service.live()
    service.log.clear()
    same: dict[str, Any] = {"databaseId": database, "backupId": backup, "confirmDatabaseName": "orders"}
    assert not RESTORE.diff(live, *made, declare(live, "Restore", made[1], **same))
    assert RESTORE.read(live, *made) == made[1]
    assert [path for _, path, _ in service.log] == ["databases"]
    confirmed = declare(live, "Restore", made[1], **{**same, "confirmDatabaseName": "sales"})
    assert RESTORE.update(live, *made, confirmed)["confirmDatabaseName"] == "sales"
    assert not service.sent()


def test_a_delete_sends_nothing(service: Service, database: str, backup: str) -> None:
    """Taken out of the program, it undoes nothing."""
    made = restore(service, database, backup)
    service.log.clear()
    RESTORE.delete(service.live(), *made)
    assert not service.log


def test_it_restores_and_says_so_beforehand(service: Service, database: str, backup: str) -> None:
    """One POST with the backup; a preview, which makes nothing, has said what will be lost."""
    live = service.live()
    given: dict[str, Any] = {"databaseId": database, "backupId": backup, "confirmDatabaseName": "orders"}
    inputs = declare(live, "Restore", **given)
    assert "ALL ITS DATA" in service.notes[-1]
    RESTORE.create(live, inputs)
    source = {"type": "backup", "databaseId": database, "backupId": backup}
    assert service.sent() == [("POST", f"databases/{database}/restore", {"source": source})]
    unknown = RESTORE.check(service.live(), {}, {**given, "databaseId": UNKNOWN})
    assert not unknown.problems


def test_another_backup_is_restored_in_place(service: Service, database: str, backup: str) -> None:
    """When the backup changes it is restored, also one of another database; the database stays."""
    made = restore(service, database, backup)
    other = str(service.database(service.databases[database]["project"]["id"], "other")["id"])
    theirs = service.backup(other)
    live = service.live()
    given: dict[str, Any] = {
        "databaseId": database,
        "backupId": theirs,
        "sourceDatabaseId": other,
        "confirmDatabaseName": "orders",
    }
    news = declare(live, "Restore", made[1], **given)
    found = RESTORE.diff(live, *made, news)
    assert [change.field for change in found.of("restore")] == ["backupId"]
    assert not found.replaces()
    RESTORE.update(live, *made, news)
    assert service.restored == [(database, backup), (database, theirs)]


@pytest.mark.parametrize("answer", [refusal(429, "slow", **{"Retry-After": "0"}), httpx.ConnectError("refused")])
def test_what_was_not_taken_is_sent_again(service: Service, database: str, backup: str, answer: Answer) -> None:
    """Only after a 429 or a refused connection, which prove that nothing began, is it sent again."""
    service.fail("POST", "/v1/databases/.*/restore", answer)
    live = service.live()
    given: dict[str, Any] = {"databaseId": database, "backupId": backup, "confirmDatabaseName": "orders"}
    with time_limit(30):
        RESTORE.create(live, declare(live, "Restore", **given))
    assert service.restored == [(database, backup)]


def test_a_lost_answer_of_one_that_began(service: Service, database: str, backup: str) -> None:
    """A database that is recovering after the answer was lost shows that the restore began: it is waited for."""
    service.status_after_restore = "recovering"
    service.fail("POST", "/v1/databases/.*/restore", CUT, acted=True)

    def ready(request: httpx.Request) -> Answer | None:
        if request.method == "GET" and request.url.path == "/v1/databases":
            service.databases[database]["status"] = "ready"
        return None

    service.before.append(ready)
    live = service.live()
    given: dict[str, Any] = {"databaseId": database, "backupId": backup, "confirmDatabaseName": "orders"}
    with time_limit(30):
        assert RESTORE.create(live, declare(live, "Restore", **given))[0] == database
    assert service.restored == [(database, backup)]


def test_a_restore_that_shows_late_is_found(
    service: Service, database: str, backup: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer was lost, and the service shows the restore only a moment later: a second look finds it."""
    service.fail("POST", "/v1/databases/.*/restore", CUT, acted=True)
    live = service.live()
    given: dict[str, Any] = {"databaseId": database, "backupId": backup, "confirmDatabaseName": "orders"}
    news = declare(live, "Restore", **given)
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        service.databases[database]["status"] = "recovering" if len(waited) > 1 else "ready"

    def ready(request: httpx.Request) -> Answer | None:
        if request.method == "GET" and request.url.path == "/v1/databases":
            service.databases[database]["status"] = "ready"
        return None

    monkeypatch.setattr(live.client, "wait", wait)
    service.before.append(ready)
    with time_limit(30):
        assert RESTORE.create(live, news)[0] == database
    assert waited == [0.0, 1.0]


def test_it_goes_with_its_database(service: Service, database: str, backup: str) -> None:
    """Where the database is gone, so is the restore; another database is another restore."""
    made = restore(service, database, backup)
    live = service.live()
    given: dict[str, Any] = {"backupId": backup, "confirmDatabaseName": "orders"}
    other = declare(live, "Restore", made[1], databaseId="db_99", **given)
    assert RESTORE.diff(live, *made, other).replaces() == ["databaseId"]
    del service.databases[database]
    assert RESTORE.read(service.live(), *made) is None
    assert RESTORE.diff(service.live(), *made, other).of("recreate")
