"""pip, asked once: Pulumi's language host lists what is installed at every start, a fifth of what a command costs.

Its folder goes on PYTHONPATH of the CLI's commands; the answer is real pip's own, kept for as long as the tests run.
"""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

MAIN = """
import os, pathlib, subprocess, sys

kept = pathlib.Path(__file__).parent.parent / "-".join(["answer", *sys.argv[1:]])
if not kept.exists():
    real = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([sys.executable, "-m", "pip", *sys.argv[1:]], env=real, stdout=subprocess.PIPE, check=True)
    unfinished = kept.with_name(f"{kept.name}.{os.getpid()}")
    unfinished.write_bytes(done.stdout)
    unfinished.replace(kept)
sys.stdout.buffer.write(kept.read_bytes())
"""


@functools.cache
def folder() -> Path:
    """What goes on PYTHONPATH; made once, and removed at the end."""
    made = Path(tempfile.mkdtemp(prefix="quick-pip-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    (made / "pip").mkdir()
    (made / "pip" / "__init__.py").touch()
    (made / "pip" / "__main__.py").write_text(MAIN)
    return made
