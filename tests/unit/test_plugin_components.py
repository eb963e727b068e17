"""What a component of another language is refused for, before anything of it is declared."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from pulumi.runtime.proto import provider_pb2

from prisma_provider.plugin.components import ENVIRONMENT, _Components

PROJECT = {"projectId": "proj_1"}


@pytest.mark.parametrize(
    ("type_", "inputs", "said"),
    [
        ("prisma:index:Team", PROJECT, "no component prisma:index:Team"),
        (ENVIRONMENT, {}, "projectId is missing"),
        (ENVIRONMENT, {**PROJECT, "gitname": "x"}, 'no input gitname. Did you mean "gitName"'),
        (ENVIRONMENT, {**PROJECT, "kind": pulumi.Output.from_input("preview")}, "kind must be known"),
        (ENVIRONMENT, {**PROJECT, "kind": "staging"}, 'no kind of environment "staging"'),
        (ENVIRONMENT, {**PROJECT, "source": "db_1"}, "source is {type: database"),
        (ENVIRONMENT, {**PROJECT, "source": {"databaseId": "db_1"}}, "source is {type: database"),
        (ENVIRONMENT, {**PROJECT, "source": {"type": "backup", "databaseId": "db_1"}}, "source is {type: database"),
        (ENVIRONMENT, {**PROJECT, "migration": "prisma"}, "migration has tool, command"),
        (ENVIRONMENT, {**PROJECT, "migration": {"tools": "prisma"}}, "migration has tool, command"),
        (ENVIRONMENT, {**PROJECT, "environmentVariables": "DATABASE_URL"}, "environmentVariables is true or"),
        (
            ENVIRONMENT,
            {**PROJECT, "environmentVariables": {"A": pulumi.Output.from_input("x")}},
            "known before the update",
        ),
        (ENVIRONMENT, {**PROJECT, "environmentVariables": {"A": "password"}}, "it can hold database_url or direct_url"),
    ],
)
def test_what_cannot_be_made(type_: str, inputs: dict[str, Any], said: str) -> None:
    """A wrong input of an Environment is one sentence in every language."""
    components = _Components(provider_pb2.ConstructRequest(), "urn:pulumi:dev::shop::pulumi:providers:prisma::x::id")
    with pytest.raises(pulumi.RunError) as caught:
        components.construct("pr-7", type_, inputs, pulumi.ResourceOptions())
    assert said in str(caught.value)
