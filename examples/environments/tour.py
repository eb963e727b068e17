"""Three stacks of one program, and a promotion: a name and a flag move, rows and URLs do not."""

from examples._machine.stage import Stage

STACK = "production"
FILL = "create table parcels (what text); insert into parcels values ('{what}')"
READ = "select what from parcels"
ONE = {"update": 1}


def tour(stage: Stage) -> None:
    """Staging and dev beside production; staging is promoted, and the promotion taken back."""
    production, staging, dev = stage, stage.beside("staging"), stage.beside("dev")

    with stage.step("Staging and dev beside it"):
        for each in (staging, dev):
            each.create()
            each.require(each.up()["create"] == 5, "a branch, a database and a connection were created")
    urls = {each: each.outputs()["database_url"] for each in (production, staging)}
    with stage.step("Rows of their own"):
        stage.sql(urls[production], FILL.format(what="old"))
        stage.sql(urls[staging], FILL.format(what="new"))

    with stage.step("Promote staging: the name and the default flag"):
        promoted = staging.up(databaseName="orders", isDefault="true")
        stage.require(promoted == ONE, "one update in place: staging's database is the default one, and called orders")
        stage.require(
            production.up(databaseName="orders-before", isDefault="false") == ONE, "the other one stepped back"
        )
        stage.require(staging.up() == {}, "nothing is left to do")
        stage.require(stage.sql(urls[staging], READ) == [("new",)], "its URL and its rows are the same")
        stage.require(stage.sql(urls[production], READ) == [("old",)], "so are those of the other one")

    with stage.step("Take the promotion back, the same way"):
        stage.require(production.up(databaseName="orders", isDefault="true") == ONE, "production has it again")
        staging.up(databaseName="orders-staging", isDefault="false")
        stage.require(stage.sql(urls[production], READ) == [("old",)], "with all its rows")

    with stage.step("Take them down: staging and dev, then production, which is protected until it says otherwise"):
        staging.destroy()
        dev.destroy()
        stage.require(stage.connects(urls[production]), "production is still there")
        production.up(protect="false")
