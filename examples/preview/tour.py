"""A pull request is opened, pushed to and closed; another one and production notice nothing."""

from examples._machine.stage import Stage

STACK = "production"
READ = "select what from parcels"


def tour(stage: Stage) -> None:
    """What the workflows in .github do, by hand."""
    production = stage.outputs()
    with stage.step("Production has rows"):
        stage.sql(production["direct_url"], "create table parcels (what text); insert into parcels values ('paper')")

    seven, eight = stage.beside("pr-7"), stage.beside("pr-8")
    with stage.step("Two pull requests are opened"):
        for each in (seven, eight):
            each.create()
            each.up()
        urls = {each: each.outputs()["direct_url"] for each in (seven, eight)}
        stage.require(stage.sql(urls[seven], READ) == [("paper",)], "each has production's rows")

    with stage.step("A push: the next migration"):
        stage.require(seven.up() == {}, "the environment is as it is")
        stage.sql(urls[seven], "alter table parcels add column weight numeric; delete from parcels")
        stage.require(stage.sql(urls[eight], READ) == [("paper",)], "the other pull request has its own rows")

    with stage.step("The first one is closed"):
        seven.destroy()
        stage.require(not stage.connects(urls[seven]), "its database is gone")
        stage.require(stage.sql(urls[eight], READ) == [("paper",)], "the other one is untouched")
        stage.require(stage.sql(production["direct_url"], READ) == [("paper",)], "so is production")

    with stage.step("The other one is closed, and production taken down"):
        eight.destroy()
        stage.up(protect="false")
