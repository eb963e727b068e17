"""Prisma's Terraform provider under OpenTofu."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from bench.rivals.tool import CACHE, CREATE, DESTROY, RENAME, UNCHANGED, Tool

MODULE = "github.com/opentofu/opentofu@v1.10.6"
PROVIDER = "prisma/prisma-postgres"

PROGRAM = """
terraform {
  required_providers {
    prisma-postgres = { source = "PROVIDER" }
  }
}

resource "prisma-postgres_project" "shop" {
  name = "shop"
}

resource "prisma-postgres_database" "d" {
  count      = SIZE
  project_id = prisma-postgres_project.shop.id
  name       = "NAME-${count.index}"
  region     = "us-east-1"
}

resource "prisma-postgres_connection" "c" {
  count       = SIZE
  database_id = prisma-postgres_database.d[count.index].id
  name        = "web-${count.index}"
}
"""


def tofu() -> Path:
    """The command, which is built once where there is none."""
    found = shutil.which("tofu")
    built = CACHE / "tofu" / MODULE.rpartition("@")[2] / "tofu"
    if found or built.exists():
        return Path(found or built)
    downloaded = subprocess.run(
        ["go", "mod", "download", "-json", MODULE], stdout=subprocess.PIPE, check=True, text=True
    )
    source = json.loads(downloaded.stdout)["Dir"]
    subprocess.run(["go", "build", "-o", str(built), "./cmd/tofu"], cwd=source, check=True)
    return built


class OpenTofu(Tool):
    """`apply`, `plan`, `destroy`. The provider's binary is given (`provider`)."""

    name = "OpenTofu"
    provider: Path
    commands: ClassVar[Mapping[str, Sequence[str]]] = {
        CREATE: ("apply", "-auto-approve"),
        UNCHANGED: ("plan", "-detailed-exitcode"),
        RENAME: ("apply", "-auto-approve"),
        DESTROY: ("destroy", "-auto-approve"),
    }

    def install(self) -> None:
        """Tell it where the provider's binary is: no registry is asked."""
        self._tofu = str(tofu())
        settings = self.folder / "tofu.rc"
        overrides = f'dev_overrides {{ "{PROVIDER}" = "{self.provider.parent}" }}'
        settings.write_text(f"provider_installation {{\n  {overrides}\n  direct {{}}\n}}\n")
        self.environment |= {"TF_CLI_CONFIG_FILE": str(settings), "CHECKPOINT_DISABLE": "1"}

    def program(self, name: str) -> None:
        """In HCL."""
        text = PROGRAM.replace("PROVIDER", PROVIDER).replace("SIZE", str(self.size)).replace("NAME", name)
        (self.folder / "main.tf").write_text(text)

    def run(self, *command: str) -> None:
        """A command of OpenTofu's."""
        super().run(self._tofu, *command, "-no-color", "-input=false")
