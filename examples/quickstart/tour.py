"""A name is a property: changing it is a PATCH, and whoever is connected notices nothing."""

from examples._machine.stage import Stage

ROWS = [(1, "pencils"), (2, "paper")]
MAKE = "create table parcels (id int primary key, what text)"
FILL = "insert into parcels values (1, 'pencils'), (2, 'paper')"
READ = "select id, what from parcels order by id"


def tour(stage: Stage) -> None:
    """Connects, writes, renames, reads again."""
    before = stage.outputs()

    with stage.step("Ask PostgreSQL over the exported URL"):
        ((version,),) = stage.sql(before["database_url"], "select version()")
        stage.say(version)
        stage.sql(before["direct_url"], MAKE)
        stage.sql(before["database_url"], FILL)
        stage.require(stage.sql(before["database_url"], READ) == ROWS, "a table with two rows is there")

    with stage.step("Rename the database: what would happen?"):
        planned = stage.preview(databaseName="orders-eu")
        stage.require(planned == {"update": 1}, "one update in place, nothing is replaced")

    with stage.step("Rename the database"):
        done = stage.up()
        stage.require(done == {"update": 1}, "one resource was updated, nothing was replaced")
        after = stage.outputs()
        stage.require(after["database_id"] == before["database_id"], "the id is the same")
        stage.require(after["database_url"] == before["database_url"], "the URL is the same")
        stage.require(stage.sql(before["database_url"], READ) == ROWS, "the rows are still there")

    with stage.step("Run it again"):
        stage.require(stage.up() == {}, "nothing is left to do")
