"""The same environment in every language whose programs the plugin serves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from e2e.sdk_stacks import GoStack, TypeScriptStack
from e2e.stack import Stack, connects, sql
from e2e.test_environments import project, source
from e2e.test_killed import answered, kill
from e2e.yaml_stack import YamlStack
from local_server import LocalServer

IN_YAML = """
resources:
  pr-7:
    type: prisma:Environment
    properties: {projectId: SHOP, kind: preview, source: {type: database, databaseId: PRODUCTION}}
outputs:
  database_url: ${pr-7.databaseUrl}
  direct_url: ${pr-7.directUrl}
"""
IN_TYPESCRIPT = """
import * as prisma from "pulumi-prisma";

const preview = new prisma.Environment("pr-7", {
    projectId: "SHOP",
    kind: "preview",
    source: { type: "database", databaseId: "PRODUCTION" },
});
export const database_url = preview.databaseUrl;
export const direct_url = preview.directUrl;
"""
IN_GO = """
package main

import (
	"github.com/prisma/pulumi-prisma/sdk/go/prisma"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		preview, err := prisma.NewEnvironment(ctx, "pr-7", &prisma.EnvironmentArgs{
			ProjectId: pulumi.String("SHOP"),
			Kind:      pulumi.String("preview"),
			Source: prisma.DatabaseSourceArgs{
				Type:       pulumi.String("database"),
				DatabaseId: pulumi.String("PRODUCTION"),
			},
		})
		if err != nil {
			return err
		}
		ctx.Export("database_url", preview.DatabaseUrl)
		ctx.Export("direct_url", preview.DirectUrl)
		return nil
	})
}
"""
LANGUAGES: dict[str, tuple[Callable[[Path, LocalServer], Stack], str]] = {
    "yaml": (YamlStack, IN_YAML),
    "typescript": (TypeScriptStack, IN_TYPESCRIPT),
    "go": (GoStack, IN_GO),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_clone_of_production_that_was_killed_half_way(tmp_path: Path, server: LocalServer, language: str) -> None:
    """A killed `up` leaves half a preview environment: the next one finishes it, with production's rows and credentials
    that work; then nothing changes, and `destroy` removes it all."""
    kind, program = LANGUAGES[language]
    stack = kind(tmp_path, server)
    shop = project(stack)
    production, url = source(stack, shop)
    stack.program(program.replace("SHOP", shop).replace("PRODUCTION", production))
    server.fault(method="POST", path="/v1/connections", kind="delay")
    server.clear()  # the source is a create of a database, too
    running = stack.start("up", "--yes", "--skip-preview")
    stack.wait_until(lambda: answered(stack, "databases"))
    stack.wait_until_saved()
    kill(running, "all")
    running.wait()
    server.clear_faults()
    stack.pulumi("cancel", "--yes")

    finished = stack.up().changes
    assert finished.keys() == {"create", "same"}, finished
    preview = {database["id"] for database in stack.all("databases")} - {production}
    assert len(preview) == 1
    urls = stack.outputs()
    for each in urls.values():
        assert sql(each, "select * from parcels") == [("paper",)]
    sql(urls["direct_url"], "delete from parcels")
    assert stack.preview().writes_nothing
    stack.destroy()
    assert {database["id"] for database in stack.all("databases")} == {production}
    assert not any(map(connects, urls.values()))
    assert sql(url, "select * from parcels") == [("paper",)]
