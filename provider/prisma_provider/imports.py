"""Imports that the user's own files do not get in the way of.

Pulumi runs a program, and its host of dynamic providers, with the program's folder first on `sys.path`. A file
`secrets.py` of the user's stands there in front of the standard library's module, for the libraries that we use, too.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any


@contextmanager
def installed_first() -> Iterator[None]:
    """What is imported in here is the standard library and what is installed, and keeps what it imported.

    Afterwards a module of the user's is again what it was, and a name of the standard library is the user's to import.
    Packages stay: they import one another while they work. Does nothing where no file of the user's is in the way.
    """
    folders = _folders()
    names = {name for name in _shadowing(folders) if not _is_installed(name, folders)}
    if not names:
        yield
        return
    path, before = list(sys.path), dict(sys.modules)
    for name in [name for name in before if _top(name) in names]:
        del sys.modules[name]
    sys.path.sort(key=lambda entry: entry in folders)
    try:
        yield
    finally:
        sys.path[:] = path
        for name in [name for name in sys.modules if _top(name) in names & sys.stdlib_module_names]:
            del sys.modules[name]
        sys.modules.update({name: module for name, module in before.items() if _top(name) in names})


@contextmanager
def uncollected() -> Iterator[None]:
    """Imports without a search for garbage among what they make, which takes a fifth of their time and finds none."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def loaded_when_used(*names: str) -> Iterator[None]:
    """What is imported in here gets these modules unloaded; each is loaded when something in it is asked for.

    For a library that imports a module and does not use it. Outside, an import of such a module is an ordinary one.
    (`importlib.util.LazyLoader` loads a module as soon as it is imported twice.)
    """
    added = {name: _WhenUsed(name) for name in names if name not in sys.modules}
    sys.modules.update(added)
    try:
        yield
    finally:
        for module in added.values():
            module.give_way()


class _WhenUsed(ModuleType):
    """Stands for a module, with all that is in it. Who imported it keeps this object."""

    def give_way(self) -> None:
        """Let the next import be an ordinary one."""
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]

    def __getattr__(self, attribute: str) -> Any:
        self.give_way()
        module = import_module(self.__name__)
        self.__dict__.update(vars(module))
        return getattr(module, attribute)


def is_installed(package: str) -> bool:
    """Whether a package can be imported, whether or not a file of the user's has its name; nothing is imported."""
    with installed_first():
        return find_spec(package) is not None


def in_the_way() -> list[str]:
    """The user's files that bear the name of a module which this process has from elsewhere: another may not start."""
    folders = _folders()
    names = sorted(name for name in _shadowing(folders) if _is_installed(name, folders))
    return [spec.origin for name in names if (spec := PathFinder.find_spec(name, folders)) and spec.origin]


def _shadowing(folders: list[str]) -> set[str]:
    """The names of files and packages in these folders that stand in front of an installed module."""
    others = [entry for entry in sys.path if entry not in folders]
    found = {name for folder in folders for name in _names(folder)}
    return {name for name in found if PathFinder.find_spec(name, others) is not None}


def _folders() -> list[str]:
    """Those of the user's on `sys.path`: the program's, which is the working directory, or its script's."""
    ours = {"", str(Path.cwd()), *sys.path[:1]}
    return [entry for entry in sys.path if entry in ours]


def _names(folder: str) -> Iterator[str]:
    for entry in Path(folder).iterdir() if Path(folder).is_dir() else ():
        if entry.suffix == ".py" or (entry / "__init__.py").is_file():
            yield entry.stem


def _top(name: str) -> str:
    return name.partition(".")[0]


def _is_installed(name: str, folders: list[str]) -> bool:
    """Whether a module has been imported from somewhere else than these folders."""
    if name not in sys.modules:
        return False
    file = getattr(sys.modules[name], "__file__", None)
    return file is None or not any(Path(file).resolve().is_relative_to(Path(each).resolve()) for each in folders)
