"""Overlap: no moment in which no credentials work; and in place, for those who can do with one."""

from examples._machine.stage import Stage


def tour(stage: Stage) -> None:
    """A new generation beside the old one, then the old one goes; then a rotation in place."""
    spring = stage.outputs()["database_url"]

    with stage.step("A new generation beside the old one"):
        stage.require(stage.up(generations="spring summer") == {"create": 1}, "one connection was created")
        summer = stage.outputs()["database_url"]
        stage.require(stage.connects(spring), "the old credentials still work")
        stage.require(summer != spring and stage.connects(summer), "the new ones work, too")

    with stage.step("The old generation goes"):
        stage.require(stage.up(generations="summer") == {"delete": 1}, "one connection was deleted")
        stage.require(not stage.connects(spring), "the old credentials are locked out")
        stage.require(stage.connects(summer), "the new ones work")

    with stage.step("Rotate in place"):
        old = stage.outputs()["job_url"]
        stage.require(stage.preview(job="2") == {"update": 1}, "one update in place, nothing is replaced")
        stage.require(stage.up(job="2") == {"update": 1}, "one connection was rotated")
        new = stage.outputs()["job_url"]
        stage.require(not stage.connects(old), "the old password is locked out")
        stage.require(stage.connects(new), "the new one works")
