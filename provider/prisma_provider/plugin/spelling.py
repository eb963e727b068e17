"""How a message spells what is to be declared: handlers write it as Python does, here it is `forceDestroy: true`.

It is how YAML and the schema have it, and previews show it, whatever the language of the program.
"""

from __future__ import annotations

import re

from prisma_provider.functions import FUNCTIONS
from prisma_provider.handlers import HANDLERS
from prisma_provider.text import snake

_VALUES = {"=True": ": true", "=False": ": false", "=": ": ", "": ""}
_PHRASES = {
    "opts=ResourceOptions(custom_timeouts=CustomTimeouts(create=…))": "customTimeouts: {create: …}",
    "CloneOf(database_id)": "{type: database, databaseId: …}",
    "BackupOf(database_id, backup_id)": "{type: backup, databaseId: …, backupId: …}",
}
_OF_A_COMPONENT = "environmentVariables"
_PROPERTIES = {_OF_A_COMPONENT, *(field.name for handler in HANDLERS.values() for field in handler.fields)}
_NAMES = {name: name for name in _PROPERTIES} | {snake(name): name for name in (*_PROPERTIES, *FUNCTIONS)}


def _any_of(words: dict[str, str]) -> str:
    return "|".join(map(re.escape, words))


# What the service says and what stands in quotes is not ours to spell. A word of ours follows a space, a bracket or a
# backtick, and a value of ours is known by its form: so neither ids nor addresses are taken for one.
_PYTHON = re.compile(
    r'^  Prisma says: .*$|"(?:\\.|[^"\\\n])*"|(?<![^\s(`])(?:'
    rf"(?P<phrase>{_any_of(_PHRASES)})|"
    rf"(?P<name>{_any_of(_NAMES)})(?![\w/@-]|[.:]\w)(?P<value>=True\b|=False\b|=(?=[\"…{{\[]|(?:true|false|null)\b)|(?!=)))",
    re.MULTILINE,
)


_ALIAS = re.compile(r"pulumi\.Alias\(name=(\"[^\"]*\"|…)\)")
_ALIASES = re.compile(r"opts=pulumi\.ResourceOptions\(aliases=\[((?:\{name: )?(?:\"[^\"]*\"|…)\}?)\]\)")


def spelled(text: str) -> str:
    """A message of the handlers as it leaves the plugin."""
    text = _ALIASES.sub(r"the option aliases: [\1]", _ALIAS.sub(r"{name: \1}", text))
    return _PYTHON.sub(_respelled, text)


def _respelled(found: re.Match[str]) -> str:
    if found["phrase"]:
        return _PHRASES[found["phrase"]]
    return _NAMES[found["name"]] + _VALUES[found["value"]] if found["name"] else found[0]
