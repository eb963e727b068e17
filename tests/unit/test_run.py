"""Run: what all threads of a run share."""

from __future__ import annotations

from prisma_provider.live.run import Run


def test_one_thread_at_a_time() -> None:
    """What is done alone for a key keeps others of that key out, and nobody else."""
    run = Run()
    with run.alone("branch", "feature"), run.alone("branch", "other"):
        assert run._alone[("branch", "feature")].locked()
    assert not run._alone[("branch", "feature")].locked()


def test_something_is_claimed_once() -> None:
    """What is for one resource in a run is had by the first."""
    run = Run()
    assert [run.claim("restore"), run.claim("restore"), run.claim("other")] == [True, False, True]


def test_a_default_flag_is_claimed_for_a_project_in_either_form() -> None:
    """The flag of one project is asked for once, by whoever, whether its id has a prefix or not."""
    run = Run()
    assert run.claim_default("proj_1", "a", "one") is None
    assert run.claim_default("1", "a", "one") is None
    assert run.claim_default("1", "b", "two") == "one"
    assert run.claim_default("proj_2", "b", "two") is None


def test_a_creation_is_under_way_until_it_ends() -> None:
    """Creations are counted while they last; what was counted does not change after."""
    run = Run()
    with run.under_way("branch", "a"), run.under_way("branch", "a"):
        counted = run.creations_under_way()
    assert counted[("branch", "a")] == 2
    assert run.creations_under_way()[("branch", "a")] == 0


def test_where_the_resource_is_not_known_nothing_is_shown() -> None:
    """A host that cannot tell the resource shows no declaration of any."""
    run = Run()
    run.checked({"name": "old"}, {"name": "new"})
    assert run.inputs("") is None
    assert run.old_inputs("") is None
    assert not run.deletes
