"""Branch: refusals first, then what changes nothing, then what is done."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from prisma_provider import errors
from prisma_provider.live.state import Entry
from unit.calls import Resource
from unit.service import Service, as_, declare, handler, refusal, urn_of

BRANCH, DATABASE = handler("Branch"), handler("Database")
CUT = httpx.RemoteProtocolError("cut")


@pytest.fixture
def home(service: Service) -> str:
    """A project with the branch that the service makes."""
    project = str(service.project()["id"])
    service.branch(project, "main")
    return project


def make(service: Service, home: str, **inputs: Any) -> tuple[str, dict[str, Any]]:
    """A branch that an earlier run made; the log begins after it."""
    live = service.live()
    made = BRANCH.create(live, declare(live, "Branch", projectId=home, **{"gitName": "feature", **inputs}))
    service.log.clear()
    return made


@pytest.mark.parametrize(
    "inputs", [{"gitName": " "}, {"projectId": None}, {"isDefault": "yes"}, {"adopt": "the old one"}]
)
def test_bad_input_is_one_sentence_before_anything_is_sent(service: Service, inputs: dict[str, Any]) -> None:
    """A value that cannot be sent is named, and nothing is sent."""
    given = {"projectId": "proj_1", "gitName": "feature", **inputs}
    assert len(BRANCH.check(service.live(), {}, given).problems) == 1
    assert not service.log


def test_a_branch_that_was_there_before_is_not_mine(service: Service, home: str) -> None:
    """A name that is taken is refused before anything is sent; adopt takes it."""
    there = service.branch(home, "feature")
    with pytest.raises(errors.Refused, match=there["id"]):
        make(service, home)
    assert not service.sent()
    assert make(service, home, adopt=True)[0] == there["id"]
    assert make(service, home, adopt=there["id"])[0] == there["id"]
    given = {"projectId": home, "gitName": "feature", "adopt": "br_99"}
    checked = BRANCH.check(service.live(), {}, given)
    assert "no branch br_99" in checked.problems[0].what
    with pytest.raises(errors.InvalidInput, match="no branch"):
        BRANCH.create(service.live(), checked.inputs)
    with pytest.raises(errors.Refused, match="cannot be adopted"):
        make(service, home, adopt=there["id"], gitName="other")


def test_a_name_that_is_taken_is_refused_in_the_preview(service: Service, home: str) -> None:
    """One that is there, and one that another resource of the program declares: named before anything is sent."""
    there = service.branch(home, "feature")
    with pytest.raises(errors.Refused, match=f"{there['id']}.* exists already"):
        Resource(service.live(), "Branch", "mine").check(projectId=home, gitName="feature")
    for adopt in (True, None):
        live = service.live()
        Resource(live, "Branch", "one").check(projectId=home, gitName="new", adopt=adopt)
        with pytest.raises(errors.Refused, match='declared by Branch "one", too'):
            Resource(live, "Branch", "two").check(projectId=home, gitName="new", adopt=adopt)
    assert not service.sent()


def test_a_branch_that_a_database_of_this_run_named_first(service: Service, home: str) -> None:
    """Whichever comes first, a database that names a branch or the branch itself: it is one, and it is mine, once."""
    live = service.live()
    DATABASE.create(live, declare(live, "Database", projectId=home, name="orders", branchGitName="pr-7"))
    branch_id, _ = BRANCH.create(live, declare(live, "Branch", projectId=home, gitName="pr-7"))
    assert [each["gitName"] for each in service.branches.values()].count("pr-7") == 1
    with pytest.raises(errors.Refused, match=branch_id):
        BRANCH.create(live, declare(live, "Branch", projectId=home, gitName="pr-7"))


def meanwhile(service: Service, home: str, git_name: str = "feature") -> None:
    """Somebody makes a branch of this name after the list was asked for, and before ours is."""

    def make_theirs(request: httpx.Request) -> None:
        if request.method == "POST":
            service.before.remove(make_theirs)
            service.branch(home, git_name)

    service.before.append(make_theirs)


def test_a_branch_that_another_made_meanwhile_is_only_used(service: Service, home: str) -> None:
    """Two stacks make one branch at the same moment: with adopt=True mine uses theirs, and destroy leaves it."""
    meanwhile(service, home)
    made = make(service, home, adopt=True)
    BRANCH.delete(service.live(), *made)
    assert made[0] in service.branches
    assert "was there before" in service.notes[-1]


def test_a_branch_that_another_made_meanwhile_is_named(service: Service, home: str) -> None:
    """Without adopt= a branch that somebody made at the same moment is refused, with its id."""
    meanwhile(service, home)
    with pytest.raises(errors.Refused, match="exists already") as error:
        make(service, home)
    assert list(service.branches)[-1] in str(error.value)
    assert len(service.branches) == 2


def test_a_database_shares_a_branch_that_was_made_meanwhile(service: Service, home: str) -> None:
    """branch_git_name takes the branch that another database's run makes at the same moment; the resource does not."""
    meanwhile(service, home)
    live = service.live()
    made = DATABASE.create(live, declare(live, "Database", projectId=home, name="orders", branchGitName="feature"))
    assert service.databases[made[0]]["branchId"] == list(service.branches)[-1]
    with pytest.raises(errors.Refused, match="exists already"):
        BRANCH.create(live, declare(live, "Branch", projectId=home, gitName="feature"))


def test_a_clash_with_what_no_list_shows(service: Service, home: str) -> None:
    """A 409 for a branch that is nowhere to be seen says so, in the service's words, and names the way out."""
    service.fail("POST", "/v1/projects/.*/branches", refusal(409, "being deleted"), times=-1)
    live = service.live(retry_limit=0.01)
    with pytest.raises(errors.Conflict, match=r'"feature"(?s:.*)adopt=') as error:
        BRANCH.create(live, declare(live, "Branch", projectId=home, gitName="feature"))
    assert error.value.said == "being deleted"


def test_a_branch_of_a_lost_answer_that_the_list_shows_late_is_mine(service: Service, home: str) -> None:
    """The answer is lost and the list lags: the 409 to the second request is my own branch's, and destroy takes it."""
    service.fail("POST", "/v1/projects/.*/branches", CUT, acted=True)
    empty = httpx.Response(200, json={"data": [], "pagination": {"hasMore": False, "nextCursor": None}})
    service.fail("GET", "/v1/projects/.*/branches", empty, times=2)
    made = make(service, home)
    assert [i for i, branch in service.branches.items() if branch["gitName"] == "feature"] == [made[0]]
    BRANCH.delete(service.live(), *made)
    assert made[0] not in service.branches


def test_a_branch_that_others_use_is_not_deleted(service: Service, home: str) -> None:
    """A delete that the service refuses is explained by the database that lives on the branch."""
    made = make(service, home)
    service.database(home, "precious", branchId=made[0])
    with pytest.raises(errors.Refused, match=r'"precious"(?s:.*)branch_id='):
        BRANCH.delete(service.live(), *made)


def test_a_delete_without_access_is_an_error(service: Service, home: str) -> None:
    """Another refusal is no success."""
    made = make(service, home)
    service.fail("DELETE", "/v1/branches/.*", refusal(403, "no access"))
    with pytest.raises(errors.Forbidden):
        BRANCH.delete(service.live(), *made)


def test_no_diffs_is_no_changes(service: Service, home: str) -> None:
    """What is declared as it is live is no change; a refresh says the same."""
    made = make(service, home)
    live = service.live()
    assert not BRANCH.diff(live, *made, declare(live, "Branch", made[1], projectId=home, gitName="feature"))
    assert BRANCH.read(service.live(), made[0], dict(made[1])) == made[1]
    assert not service.sent()


@pytest.mark.parametrize("acted", [False, True])
@pytest.mark.parametrize("answer", [CUT, refusal(503, "x")])
def test_a_lost_answer_makes_one_branch(service: Service, home: str, answer: Any, acted: bool) -> None:
    """Whatever happens to the answer of a create, there is one branch of that name, and it is mine."""
    service.fail("POST", "/v1/projects/.*/branches", answer, acted=acted)
    made = make(service, home)
    assert [i for i, branch in service.branches.items() if branch["gitName"] == "feature"] == [made[0]]


def test_a_promotion_is_one_patch(service: Service, home: str) -> None:
    """is_default=True is exactly one PATCH; taking the flag away waits for another branch and says so."""
    made = make(service, home)
    live = service.live()
    news = declare(live, "Branch", made[1], projectId=home, gitName="feature", isDefault=True)
    after = BRANCH.update(live, *made, news)
    assert service.sent() == [("PATCH", f"branches/{made[0]}", {"isDefault": True})]
    assert after["isDefault"] is True
    live = service.live()
    BRANCH.update(live, made[0], after, {**news, "isDefault": False})
    assert "another one is promoted" in service.notes[-1]


def test_another_name_is_another_branch(service: Service, home: str) -> None:
    """Prisma cannot rename a branch: another name replaces it; a gone one is made again."""
    made = make(service, home)
    live = service.live()
    assert BRANCH.diff(live, *made, declare(live, "Branch", projectId=home, gitName="b")).replaces() == ["gitName"]
    del service.branches[made[0]]
    live = service.live()
    assert BRANCH.diff(live, *made, declare(live, "Branch", projectId=home, gitName="feature")).of("recreate")
    assert BRANCH.read(service.live(), *made) is None
    BRANCH.delete(service.live(), *made)


def test_the_default_branch_lives_on_and_says_so(service: Service, home: str) -> None:
    """The default branch goes with its project; destroying a stack is not stopped by it."""
    main = next(iter(service.branches))
    made = make(service, home, gitName="main", adopt=main)
    BRANCH.delete(service.live(), *made)
    assert f'adopt="{main}"' in service.notes[-1]
    feature = make(service, home)
    BRANCH.delete(service.live(), *feature)
    assert list(service.branches) == [main]


def test_the_production_branch_lives_on(service: Service, home: str) -> None:
    """Prisma keeps the production branch with its project, default or not: the destroy comes to its end."""
    made = make(service, home)
    service.branches[made[0]]["role"] = "production"
    BRANCH.delete(service.live(), *made)
    assert "lives on" in service.notes[-1]
    assert made[0] in service.branches


def test_a_default_branch_does_not_live_on_where_its_project_goes(service: Service, home: str) -> None:
    """When I destroy the whole stack, no sentence says that the default branch lives on one line before it is gone."""
    main = next(iter(service.branches))
    made = make(service, home, gitName="main", adopt=main)
    held = [Entry(urn_of("Project", "shop"), home), Entry(urn_of("Branch", "main"), main)]
    with as_("Branch", "main"):
        BRANCH.delete(service.live(held=held), *made)
    assert "is deleted together with it" in service.notes[-1]
    assert "adopt=" not in service.notes[-1]


def test_what_came_onto_a_branch_meanwhile_counts(service: Service, home: str) -> None:
    """What lives on a branch is asked for when its deletion was refused, not known from before."""
    made = make(service, home)
    live = service.live()
    assert not live.databases(home)
    service.database(home, "precious", branchId=made[0])
    with pytest.raises(errors.Refused, match='"precious"') as error:
        BRANCH.delete(live, *made)
    assert str(error.value).startswith("Branch ")
    assert error.value.said == "Branch still has live member resources."


def test_a_default_branch_is_made_so(service: Service, home: str) -> None:
    """is_default=True of a new branch is one POST; where the flag clashes, it is made without, and then promoted."""
    made = make(service, home, isDefault=True)
    assert service.branches[made[0]]["isDefault"] is True
    service.fail("POST", "/v1/projects/.*/branches", refusal(409, "there is a default branch"))
    live = service.live()
    news = declare(live, "Branch", projectId=home, gitName="next", isDefault=True)
    object_id, _ = BRANCH.create(live, news)
    assert service.branches[object_id]["isDefault"] is True
    assert [(method, body) for method, _, body in service.sent()] == [
        ("POST", {"gitName": "next", "isDefault": True}),
        ("POST", {"gitName": "next"}),
        ("PATCH", {"isDefault": True}),
    ]


def test_a_filter_that_the_service_does_not_know(service: Service, home: str) -> None:
    """A service that lists all branches, whatever the name that is asked for, gives me none that is another's."""
    service.before.append(lambda request: unfiltered(service, request))
    made = make(service, home)
    assert service.branches[made[0]]["gitName"] == "feature"
    assert len(service.branches) == 2


def unfiltered(service: Service, request: httpx.Request) -> httpx.Response | None:
    """A list of branches that looks at no name."""
    if request.method != "GET" or "gitName" not in request.url.params:
        return None
    return service._list(list(service.branches.values()), request)


def test_a_database_moves_by_one_patch(service: Service, home: str) -> None:
    """branch_id and branch_git_name move a database in place; a branch that is not there is made once."""
    live = service.live()
    first = declare(live, "Database", projectId=home, name="orders", branchGitName="main")
    made = DATABASE.create(live, first)
    assert service.databases[made[0]]["branchId"] == next(iter(service.branches))
    live = service.live()
    assert not DATABASE.diff(live, *made, first)
    moved = {**first, "branchGitName": "pr-7"}
    live = service.live()
    found = DATABASE.diff(live, *made, moved)
    assert found.patches() == ({"branchGitName": "pr-7"},)
    service.log.clear()
    live = service.live()
    DATABASE.update(live, *made, moved)
    branch = next(i for i, each in service.branches.items() if each["gitName"] == "pr-7")
    assert [(method, body) for method, _, body in service.sent()] == [
        ("POST", {"gitName": "pr-7"}),
        ("PATCH", {"branchId": branch}),
    ]
    assert service.databases[made[0]]["branchId"] == branch


def test_one_way_to_name_a_branch(service: Service) -> None:
    """branch_id and branch_git_name together are refused."""
    given = {"projectId": "proj_1", "name": "orders", "branchId": "br_1", "branchGitName": "main"}
    (problem,) = DATABASE.check(service.live(), {}, given).problems
    assert "one of them" in str(problem)


def test_a_branch_with_something_else_on_it_is_not_forgotten(service: Service, home: str) -> None:
    """A 409 whose reason is not a database of this program is an error: the branch stays in state."""
    made = make(service, home)
    service.fail("DELETE", "/v1/branches/.*", refusal(409, "live Compute apps"), times=-1)
    with pytest.raises(errors.Conflict, match="Compute") as error:
        BRANCH.delete(service.live(retry_limit=0.01), *made)
    assert "What to do: it is kept." in str(error.value)


def test_a_database_of_another_branch_does_not_keep_it(service: Service, home: str) -> None:
    """A refused deletion names what lives on this branch, and not what lives on another."""
    made = make(service, home)
    service.database(home, "elsewhere", branchId=next(iter(service.branches)))
    service.fail("DELETE", "/v1/branches/.*", refusal(409, "live Compute apps"), times=-1)
    with pytest.raises(errors.Conflict, match="Compute") as error:
        BRANCH.delete(service.live(retry_limit=0.01), *made)
    assert "elsewhere" not in str(error.value)


def test_a_branch_that_was_promoted_lives_on(service: Service, home: str) -> None:
    """The default branch stays with its project, whatever its role: the deletion says so and is done."""
    made = make(service, home, isDefault=True)
    assert service.branches[made[0]]["role"] == "preview"
    service.fail("DELETE", "/v1/branches/.*", refusal(403, "the default branch"), times=-1)
    live = service.live()
    BRANCH.delete(live, *made)
    assert f'adopt="{made[0]}"' in service.notes[-1]


def test_a_branch_that_is_gone_by_then_is_deleted(service: Service, home: str) -> None:
    """The service refuses the deletion of a branch that somebody else has just deleted: it is done."""
    made = make(service, home)
    service.fail("DELETE", "/v1/branches/.*", refusal(409, "being deleted"), times=-1)
    del service.branches[made[0]]
    BRANCH.delete(service.live(), *made)
    assert service.notes == []


def test_branches_share_a_list(service: Service) -> None:
    """Twenty branches are compared by one list of their project; a promotion shows in all of them at once."""
    home = service.project()["id"]
    made = []
    for number in range(20):
        live = service.live()
        inputs = declare(live, "Branch", projectId=home, gitName=f"pr-{number}")
        made.append((*BRANCH.create(live, inputs), inputs))
    service.log.clear()
    live = service.live()
    assert not any(BRANCH.diff(live, *each) for each in made)
    assert [path for _, path, _ in service.log].count(f"projects/{home}/branches") == 1
    assert not [path for _, path, _ in service.log if path.startswith("branches/")]
    promoted = {**made[3][2], "isDefault": True}
    BRANCH.update(live, made[3][0], made[3][1], promoted)
    assert [live.branch(each[0], home).is_default for each in made] == [number == 3 for number in range(20)]  # type: ignore[union-attr]
