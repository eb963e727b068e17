"""Bad input: one clear message with the way out, no stack frames, nothing sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from e2e.stack import Stack
from local_server import LocalServer

SHOP = 'shop = prisma.Project("shop", region="eu-central-1")\n'
ORDERS = SHOP + 'orders = prisma.Database("orders", project_id=shop.id)\n'


@pytest.fixture(scope="module")
def used_stack(running_server: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """One stack for all that is refused: nothing ever stands in it."""
    folder: Path = tmp_path_factory.mktemp("refused")
    running_server.clear()
    return Stack(folder, running_server)


def refused(stack: Stack, program: str, **environment: str) -> str:
    """The message of a preview that is refused, without a frame or a write."""
    stack.clear()
    result = stack.preview(program, expect=1, **environment)
    assert "Traceback" not in result.output.replace("PRISMA_TRACEBACK", "")
    assert "site-packages" not in result.messages
    assert ".py" not in result.messages
    assert not stack.sent()
    return result.messages


@pytest.mark.parametrize(
    ("program", "parts"),
    [
        ('prisma.Project("shop", name="")', ("name", "blank")),
        (SHOP + 'prisma.Database("orders", project_id=shop.id, name="  ")', ("name", "blank")),
        (ORDERS + 'prisma.Connection("web", database_id="db_cm1a2b3c4d5e", name="ab")', ("3 to 65",)),
        (ORDERS + 'prisma.Connection("web", database_id="db_cm1a2b3c4d5e", name="x" * 66)', ("3 to 65",)),
        ('prisma.Project("shop", region="mars-1")', ("mars-1", "eu-central-1")),
        ('prisma.Database("orders", project_id="my project")', ("my project", "proj_")),
        (SHOP + 'prisma.Database("orders", project_id=shop.id, adopt="the old one")', ("adopt", "db_")),
        (
            SHOP + 'prisma.Database("o", project_id=shop.id, opts=pulumi.ResourceOptions('
            'custom_timeouts=pulumi.CustomTimeouts(create="soon")))',
            ("soon", "10m"),
        ),
        ('prisma.Project("shop", opts=pulumi.ResourceOptions(import_="proj_1"))', ("adopt=",)),
    ],
)
def test_a_bad_value(used_stack: Stack, program: str, parts: tuple[str, ...]) -> None:
    """A value that cannot be is named with the way out, in the preview."""
    message = refused(used_stack, program)
    for part in parts:
        assert part in message


@pytest.mark.parametrize(
    ("environment", "parts"),
    [
        ({"PRISMA_SERVICE_TOKEN": ""}, ("no token", "PRISMA_SERVICE_TOKEN", "--secret")),
        ({"PRISMA_SERVICE_TOKEN": "prsc_wrong"}, ("not valid", "PRISMA_SERVICE_TOKEN")),
        ({"PRISMA_API_BASE_URL": "http://api.example"}, ("neither https nor loopback",)),
        ({"PRISMA_API_BASE_URL": "http://127.0.0.1:9"}, ("cannot be reached", "PRISMA_API_BASE_URL")),
    ],
)
def test_a_bad_setting(used_stack: Stack, environment: dict[str, str], parts: tuple[str, ...]) -> None:
    """A setting that cannot be is named with the way out, in the preview."""
    message = refused(used_stack, SHOP, PRISMA_RETRY_LIMIT="0.5", **environment)
    for part in parts:
        assert part in message
    assert "prsc_wrong" not in message


def test_the_wrong_workspace(stack: Stack) -> None:
    """prisma:workspaceId keeps me from running against another workspace, whatever I run."""
    stack.up(SHOP)
    stack.pulumi("config", "set", "prisma:workspaceId", "wksp_cm1a2b3c4d5e6f7g8")
    stack.clear()
    assert "prisma:workspaceId" in refused(stack, SHOP)
    assert "prisma:workspaceId" in stack.destroy("--run-program", expect=1).messages
    assert not stack.sent()


def test_a_token_in_clear(stack: Stack) -> None:
    """A token in config without --secret is refused, naming --secret, and never stands in state."""
    stack.pulumi("config", "set", "--plaintext", "prisma:serviceToken", stack.token)
    assert "--secret" in refused(stack, SHOP)
    assert stack.token not in stack.up(SHOP, expect=1).messages
    assert stack.token not in stack.export()


@pytest.mark.parametrize(
    ("fault", "part"),
    [
        ({"kind": "status", "status": 200, "body": "<html>", "contentType": "text/html"}, "not JSON"),
        ({"kind": "patch_answer", "remove": ["data.name"]}, "data.name"),
    ],
)
def test_an_answer_that_is_none(stack: Stack, fault: dict[str, object], part: str) -> None:
    """An answer that is not JSON, or lacks a field, is named as that."""
    stack.up(SHOP)
    stack.server.fault(method="GET", path="/v1/projects/*", times=0, **fault)
    stack.clear()
    message = refused(stack, SHOP, PRISMA_RETRY_LIMIT="0.5")
    assert part in message
    assert "base URL" in message
