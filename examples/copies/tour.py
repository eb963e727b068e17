"""Rows of now, rows of then, and a way back."""

from examples._machine.stage import Stage

READ = "select what from parcels order by what"


def tour(stage: Stage) -> None:
    """Fills, backs up, spoils, clones, looks at the backup, and restores."""
    before = stage.outputs()
    url = before["direct_url"]

    with stage.step("Rows, a backup, and a mishap"):
        stage.sql(url, "create table parcels (what text)")
        stage.sql(url, "insert into parcels values ('paper'), ('pencils')")
        backup = stage.backup(before["database_id"])
        stage.sql(url, "delete from parcels where what = 'paper'")
        stage.say("one row was deleted after the backup")

    with stage.step("A clone, and a database from the backup"):
        stage.require(stage.up(clone="true", lookAt=backup) == {"create": 2}, "two databases were created")
        copies = stage.outputs()
        stage.require(stage.sql(copies["clone_url"], READ) == [("pencils",)], "the clone has the rows of now")
        stage.require(len(stage.sql(copies["yesterday_url"], READ)) == 2, "the other one has the rows of then")

    with stage.step("Restore: what would happen?"):
        stage.require(stage.preview(restore=backup) == {"create": 1}, "one restore, and what it loses is said")

    with stage.step("Restore in place"):
        stage.up()
        stage.require(len(stage.sql(url, READ)) == 2, "all rows are back, over the same URL")
        stage.require(stage.outputs()["database_id"] == before["database_id"], "the id is the same")

    with stage.step("Run it again"):
        stage.require(stage.up() == {}, "it is not restored twice")
