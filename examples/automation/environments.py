"""Environments from a program of your own, such as a portal or a test harness: Pulumi's Automation API.

python environments.py up pr-7 proj_…       makes it, and prints what an application is started with
python environments.py preview pr-7 proj_…  says what would be done
python environments.py destroy pr-7 proj_…
"""

import os
import sys
from pathlib import Path

import pulumi
from pulumi import automation

# Pulumi starts the provider with the python3 that it finds on PATH: the one that runs this, activated or not.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

import pulumi_prisma as prisma


def stack(name: str, project_id: str) -> automation.Stack:
    """The stack of an environment; where its state is kept and encrypted, Pulumi's own variables say."""

    def program() -> None:
        environment = prisma.Environment(name, project_id=project_id, kind="preview")
        pulumi.export("database_url", environment.database_url)
        pulumi.export("direct_url", environment.direct_url)

    return automation.create_or_select_stack(name, project_name="environments", program=program)


def main(command: str, name: str, project_id: str) -> None:
    """Do it. What Pulumi says goes to stderr, the connection strings to stdout: keep them out of a log."""
    environment = stack(name, project_id)

    def say(line: str) -> None:
        print(line, file=sys.stderr)

    if command == "preview":
        environment.preview(on_output=say)
    elif command == "destroy":
        environment.destroy(on_output=say)
        environment.workspace.remove_stack(name)
    elif command == "up":
        outputs = environment.up(on_output=say).outputs
        print(f"DATABASE_URL={outputs['database_url'].value}")
        print(f"DIRECT_URL={outputs['direct_url'].value}")
    else:
        sys.exit(f"There is no command {command}; there are up, preview and destroy.")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
