"""Run: what all threads of a run share."""

from __future__ import annotations

from prisma_provider.run import Run


def test_one_thread_at_a_time() -> None:
    """What is done alone for a key keeps others of that key out, and nobody else."""
    run = Run()
    with run.alone("branch", "feature"), run.alone("branch", "other"):
        assert run._alone[("branch", "feature")].locked()
    assert not run._alone[("branch", "feature")].locked()
