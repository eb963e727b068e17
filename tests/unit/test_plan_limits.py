"""The limits of a workspace's plan in words: which limit, which plan, where to raise it, what was made and what not."""

from __future__ import annotations

import pytest

from prisma_provider import errors
from unit.calls import Resource
from unit.service import Service, as_, refusal

FULL = refusal(403, "Workspace plan limit reached")
BLOCKED = refusal(403, "Your account has restrictions: planLimitReached")


def test_a_limit_names_the_plan_and_where_to_raise_it(service: Service) -> None:
    """The second database is one too many: I read all of it in one error, and that the first one stays."""
    project = service.project()["id"]
    live = service.live()
    Resource(live, "Database", "first").create(projectId=project, name="first")
    service.fail("POST", "/v1/databases", FULL)
    with as_("Database", "second"), pytest.raises(errors.PlanLimit) as limit, live.saying_plan():
        Resource(live, "Database", "second").create(projectId=project, name="second")
    text = str(limit.value)
    assert (
        'Could not create database "second": the workspace\'s plan limit is reached, which allows no more databases'
        in text
    )
    assert "Prisma says: Workspace plan limit reached" in text
    assert 'the plan is "Free"; it is raised at https://up.example' in text
    assert 'Made by this run before it, and kept: Database "first"' in text
    assert 'Not done: Database "second".' in text
    assert len([method for method, path, _ in service.sent("POST") if path == "databases"]) == 2  # it is not retried


def test_a_blocked_workspace_is_an_error_of_its_own(service: Service) -> None:
    """A restricted account is another thing than a number of databases that is reached."""
    project = service.project()["id"]
    live = service.live()
    service.fail("POST", "/v1/databases", BLOCKED)
    with pytest.raises(errors.UsageBlocked, match="is blocked") as blocked, live.saying_plan():
        Resource(live, "Database", "first").create(projectId=project, name="first")
    assert "https://up.example" in str(blocked.value)


def test_a_block_that_is_called_a_limit(service: Service) -> None:
    """The refusal speaks of a limit and the subscription of a block: I read that the workspace is blocked."""
    service.subscription["usageBlocked"] = True
    project = service.project()["id"]
    live = service.live()
    service.fail("POST", "/v1/databases", FULL)
    with pytest.raises(errors.UsageBlocked, match='blocked on its plan "Free"'), live.saying_plan():
        Resource(live, "Database", "first").create(projectId=project, name="first")


def test_a_plan_that_cannot_be_read_stops_nothing(service: Service) -> None:
    """No subscription, no plan in the words; the limit is named all the same, and a preview goes on."""
    project = service.project()["id"]
    service.fail("GET", "/v1/workspaces/.*/subscription", refusal(404, "no"), times=9)
    live = service.live()
    Resource(live, "Database", "first").check(projectId=project, name="first")
    service.fail("POST", "/v1/databases", FULL)
    with pytest.raises(errors.PlanLimit, match="allows no more databases"), live.saying_plan():
        Resource(live, "Database", "first").create(projectId=project, name="first")
    assert [path for _, path, _ in service.log].count("workspaces/wksp_1/subscription") == 1


@pytest.mark.parametrize("blocked", [True, False])
def test_the_preview_warns_of_a_blocked_workspace(service: Service, blocked: bool) -> None:
    """Once, before anything is made; a workspace that is not blocked is not spoken of."""
    service.subscription["usageBlocked"] = blocked
    project = service.project()["id"]
    live = service.live()
    for name in ("first", "second"):
        Resource(live, "Database", name).check(projectId=project, name=name)
        live.warn_if_blocked()
    warned = [note for note in service.notes if "blocked" in note]
    assert len(warned) == blocked
    assert all("Free" in note and "https://up.example" in note for note in warned)
    assert [path for _, path, _ in service.log].count("workspaces/wksp_1/subscription") == 1
