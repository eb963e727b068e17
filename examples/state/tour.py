"""State in PostgreSQL, in a database that this example made, shared by two people."""

from pathlib import Path
from tempfile import TemporaryDirectory

from examples._machine.stage import Stage


def tour(stage: Stage) -> None:
    """One person runs `up`, another one sees the same stack, and nothing secret is in the table."""
    backend = stage.outputs()["backend"]
    with TemporaryDirectory() as home:
        me = stage.beside("production", program="app", PULUMI_BACKEND_URL=backend)
        you = stage.beside("production", program="app", PULUMI_BACKEND_URL=backend, PULUMI_HOME=str(Path(home)))

        with stage.step("I create a stack, whose state is in that database"):
            me.create()
            me.up()
            ((rows,),) = stage.sql(backend, "select count(*) from pulumi_state")
            stage.require(rows > 0, "the state is in PostgreSQL")

        with stage.step("You look at it from another machine"):
            stage.require(you.up() == {}, "you have the same stack, and nothing is left to do")
            password = me.outputs()["database_url"].split(":")[2].partition("@")[0]
            ((found,),) = stage.sql(backend, f"select count(*) from pulumi_state where data::text like '%{password}%'")
            stage.require(found == 0, "the password of its database stands nowhere in it in clear")

        with stage.step("Take it down, and unlock the bootstrap stack"):
            you.destroy()
            stage.up(protect="false")
