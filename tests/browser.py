"""A headless Chromium, driven over WebDriver's plain HTTP: `from browser import Browser`. Debian's packages suffice."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import pytest

START_SECONDS = 30.0
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # WebDriver's name for a reference to an element
KEYS = {"tab": "\ue004", "enter": "\ue007", "down": "\ue015", "escape": "\ue00c", "space": " "}
OPTIONS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run")
needs_chromium = pytest.mark.skipif(
    shutil.which("chromium") is None or shutil.which("chromedriver") is None,
    reason="there is no Chromium here: apt install chromium chromium-driver",
)


class Browser:
    """Chromium from when it is entered until it is left, with a profile of its own in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._driver: subprocess.Popen[str]
        self._http = httpx.Client()
        self._session = ""

    def __enter__(self) -> Browser:
        self._driver = subprocess.Popen(
            ["chromedriver", "--port=0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            # A session bus or a proxy of the developer's has no part in this.
            env={**os.environ, "HOME": str(self._folder), "no_proxy": "*"},
        )
        assert self._driver.stdout is not None
        line = next(line for line in self._driver.stdout if "started successfully" in line)
        port = re.findall(r"\d+", line)[-1]
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=START_SECONDS, trust_env=False)
        profile = f"--user-data-dir={self._folder / 'chromium'}"
        chrome = {"goog:chromeOptions": {"args": [*OPTIONS, profile]}, "goog:loggingPrefs": {"browser": "ALL"}}
        made = self._call("POST", "/session", {"capabilities": {"alwaysMatch": chrome}})
        self._session = f"/session/{made['sessionId']}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._call("DELETE", self._session)
        finally:
            self._http.close()
            self._driver.terminate()
            self._driver.communicate(timeout=START_SECONDS)

    def open(self, url: str) -> None:
        """Go there, and wait until it is loaded."""
        self._call("POST", f"{self._session}/url", {"url": url})

    def text(self, selector: str = "body") -> str:
        """What a person can read of the first element that fits."""
        return str(self.run("return document.querySelector(arguments[0])?.innerText ?? ''", selector))

    def click(self, selector: str) -> None:
        """Click on the first element that fits."""
        self._element(selector, "POST", "click", {})

    def choose(self, selector: str, text: str) -> None:
        """Choose what is called so from a list."""
        self.run(
            "const list = document.querySelector(arguments[0]);"
            "list.value = [...list.options].find(each => each.text === arguments[1]).value;",
            selector,
            text,
        )

    def press(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        strokes = [{"type": kind, "value": KEYS.get(key, key)} for key in keys for kind in ("keyDown", "keyUp")]
        self._call("POST", f"{self._session}/actions", {"actions": [{"type": "key", "id": "keys", "actions": strokes}]})

    def run(self, script: str, *arguments: object) -> Any:
        """Run a script in the page; what it returns."""
        return self._call("POST", f"{self._session}/execute/sync", {"script": script, "args": list(arguments)})

    def wait(self, holds: Callable[[], bool], seconds: float = 10.0) -> None:
        """Until something is so."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"it did not come to pass; the page says:\n{self.text()}"
            time.sleep(0.05)

    def complaints(self) -> list[str]:
        """Errors on the browser's console: broken scripts, refused content."""
        found = self._call("POST", f"{self._session}/se/log", {"type": "browser"})
        return [line["message"] for line in found if line["level"] == "SEVERE"]

    def _element(self, selector: str, method: str, what: str, body: Any = None) -> Any:
        found = self._call("POST", f"{self._session}/element", {"using": "css selector", "value": selector})
        return self._call(method, f"{self._session}/element/{found[ELEMENT]}/{what}", body)

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._http.request(method, path, **({} if body is None else {"json": body}))
        value = answer.json()["value"]
        assert answer.is_success, f"{method} {path}: {value.get('message')}"
        return value
