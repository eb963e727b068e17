"""One plugin for every language: differences by property, and rows that stay."""

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

    with stage.step("Rename the database: which property would change?"):
        stage.require(
            stage.preview(databaseName="orders-eu") == {"update": 1}, "one update, its connection is the same"
        )
        kinds = stage.property_changes()
        stage.require(kinds == {"orders": {"name": "update"}}, "the preview names the property: name, in place")

    with stage.step("Rename the database"):
        stage.require(stage.up() == {"update": 1}, "one resource was updated, nothing was replaced")
        after = stage.outputs()
        stage.require(after == before, "the id and the URLs are the same")
        stage.require(stage.sql(before["database_url"], READ) == ROWS, "the rows are still there")

    with stage.step("Run it again"):
        stage.require(stage.up() == {}, "nothing is left to do")
