"""schemathesis against our own document: nothing that is sent makes the server fail."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from local_server import LocalServer

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "ignored_auth",
)


def test_no_request_makes_the_server_fail(local: LocalServer, tmp_path: Path) -> None:
    """Whatever is sent, the response is one that our document declares, and never a 5xx."""
    before = len(local.stderr())
    local.made("/v1/projects", name="shop")
    command = [str(Path(sys.executable).with_name("schemathesis")), "run", f"{local.url}/openapi.json"]
    command += ["--url", local.url, "--header", f"Authorization: Bearer {local.token}"]
    command += ["--checks", ",".join(CHECKS), "--phases", "coverage,fuzzing", "--continue-on-failure"]
    command += ["--max-examples", "5", "--generation-deterministic", "--no-color"]
    command += ["--suppress-health-check", "all"]
    # In a folder of its own: it keeps what it found beside it.
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout
    assert len(local.requests()) > 300
    assert "failed" not in local.stderr()[before:]
