"""Types and functions from the plugin's schema, and the same promise: a rename is a PATCH."""

from examples._machine.stage import Stage

MAKE = "create table parcels (id int primary key, what text)"
READ = "select id, what from parcels"


def tour(stage: Stage) -> None:
    """Connects, looks the database up, renames, reads again."""
    before = stage.outputs()

    with stage.step("Ask PostgreSQL over the exported URL"):
        ((version,),) = stage.sql(before["database_url"], "select version()")
        stage.say(version)
        stage.sql(before["direct_url"], MAKE)
        stage.require(before["status"] == "ready", "the function getDatabase says that the database is ready")
        stage.require(stage.sql(before["preview_url"], "select 1") == [(1,)], "the preview has a database of its own")

    with stage.step("Rename the database"):
        stage.require(stage.up(databaseName="orders-eu") == {"update": 1}, "one resource was updated, nothing replaced")
        after = stage.outputs()
        stage.require(after == before, "the id and the URLs are the same")
        stage.require(stage.sql(before["database_url"], READ) == [], "the table is still there")
