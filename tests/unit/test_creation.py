"""Making a thing once: what is an error at once, what is looked for, and what is sent again."""

from __future__ import annotations

from pathlib import Path

import pytest

from prisma_provider import errors
from prisma_provider.api.models import Project
from prisma_provider.handlers.creation import create_once
from prisma_provider.live import Live
from prisma_provider.live.intents import Intents
from prisma_provider.ownership import creation_key
from unit.calls import key
from unit.service import Service

MINE, ANOTHER = key("Project", "shop"), key("Project", "other")
LOST = errors.LostResponse("The connection was cut.")
CLASH = errors.Conflict("It clashes.", said="quota reached")
LIMIT = errors.PlanLimit("The plan's limit is reached.")


class Scripted:
    """What happens at the first call, the second one, …; the last one again and again."""

    def __init__(self, *steps: Exception | list[Project]) -> None:
        self.steps = steps
        self.calls = 0

    def __call__(self) -> list[Project]:
        step = self.steps[min(self.calls, len(self.steps) - 1)]
        self.calls += 1
        if isinstance(step, Exception):
            raise step
        return step


@pytest.fixture
def live(service: Service, tmp_path: Path) -> Live:
    """An operation that writes its creations down on this machine."""
    return service.live(intents=Intents(tmp_path))


def project(service: Service, logical_id: str) -> Project:
    """A project with this key."""
    return Project.model_validate(service.project(logicalId=logical_id))


def create(live: Live, send: Scripted, find: Scripted) -> Project:
    """A create of a project whose key is `MINE`."""
    return create_once(live, MINE, lambda: send()[0], find)


def noted(live: Live) -> bool:
    """Whether this machine still knows of a creation that was begun and not answered."""
    return live.intents.left(*creation_key(live, MINE)) is not None


def test_a_plan_s_limit_is_an_error_at_once(live: Live) -> None:
    """My plan allows no more: that is said as it is, nothing is looked for, and no creation is believed to be open."""
    send, find = Scripted(LIMIT), Scripted([])
    with pytest.raises(errors.PlanLimit) as error:
        create(live, send, find)
    assert error.value is LIMIT
    assert (send.calls, find.calls, noted(live)) == (1, 0, False)


def test_a_clash_with_something_else_is_an_error_at_once(service: Service, live: Live) -> None:
    """A 409 that is not about my key is sent once, also where the service's filter shows what is another's."""
    send, find = Scripted(CLASH), Scripted([project(service, ANOTHER)])
    with pytest.raises(errors.Conflict) as error:
        create(live, send, find)
    assert error.value is CLASH
    assert (send.calls, noted(live)) == (1, False)


def test_a_clash_with_my_own_key_is_another_run_s(service: Service, live: Live) -> None:
    """Nothing was lost, and my key is taken: another run made it, which is not mine to take silently."""
    with pytest.raises(errors.Refused, match=r"^Project .* was made in the meantime"):
        create(live, Scripted(CLASH), Scripted([project(service, MINE)]))
    assert not noted(live)


def test_a_service_without_such_a_list_says_what_is_wrong(live: Live) -> None:
    """A list that the service does not have hides no error of the create."""
    with pytest.raises(errors.Conflict) as error:
        create(live, Scripted(CLASH), Scripted(errors.NotFound("no such list")))
    assert error.value is CLASH


def test_what_was_lost_to_the_end_may_be_there_all_the_same(service: Service, live: Live) -> None:
    """Where no answer ever came, I am told that it may have been made, and the next run finds the note of it."""
    lost = errors.LostResponse("The connection was cut.", said="by the proxy")
    with pytest.raises(errors.LostResponse, match="may have been made all the same") as error:
        create(service.live(intents=live.intents, retry_limit=0.01), Scripted(lost), Scripted([]))
    assert error.value.said == "by the proxy"
    assert noted(live)


def test_a_clash_after_a_lost_answer_is_looked_for_until_it_shows(service: Service, live: Live) -> None:
    """The answer was lost, the next request clashes with what the first one made, and the list is late: it is mine."""
    mine = project(service, MINE)
    send, find = Scripted(LOST, CLASH), Scripted([], [project(service, ANOTHER)], [mine])
    assert create(live, send, find) == mine
    assert (send.calls, noted(live)) == (3, False)


def test_a_limit_after_a_lost_answer_is_looked_into(service: Service, live: Live) -> None:
    """The answer was lost, and what the first request made has filled my plan: it is found, and mine."""
    mine = project(service, MINE)
    assert create(live, Scripted(LOST, LIMIT), Scripted([], [mine])) == mine


def test_what_is_made_at_once_is_not_looked_for(service: Service, live: Live) -> None:
    """One request, one project, and nothing is written down any more."""
    mine, find = project(service, MINE), Scripted([])
    assert create(live, Scripted([mine]), find) == mine
    assert (find.calls, noted(live)) == (0, False)
