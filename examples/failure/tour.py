"""Responses that are lost, and a service that is too busy: one of each, and every password works."""

from examples._machine.stage import Stage


def tour(stage: Stage) -> None:
    """Three more databases, while the responses to their creation are lost in three ways."""
    with stage.step("Three databases more, and what goes wrong with them"):
        stage.disturb(method="POST", path="/v1/databases", kind="cut_after")
        stage.disturb(method="POST", path="/v1/databases", kind="html", status=502)
        stage.disturb(method="POST", path="/v1/databases", kind="truncate")
        stage.disturb(method="POST", path="/v1/connections", kind="status_after", status=500)
        stage.disturb(method="POST", path="/v1/connections", kind="status", status=429, headers={"Retry-After": "1"})
        stage.require(stage.up(databases="4") == {"create": 6}, "six resources were created, none failed")
        lost = [call for call in stage.calls() if call["fault"]]
        stage.require(len(lost) == 5, "five responses were lost or refused on the way")

    with stage.step("One of each, and every password works"):
        urls = stage.outputs()
        stage.require(len(set(urls.values())) == 4, "there are four URLs")
        stage.require(all(stage.connects(url) for url in urls.values()), "all of them connect")
        stage.require(stage.up() == {}, "nothing is left to do")
