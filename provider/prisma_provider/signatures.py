"""What Pulumi writes in the place of values that JSON does not have: on the wire, in a state, in a preview.

Pulumi's SDK has them, too (`pulumi.runtime.rpc`), and takes longer to import than most that is done with them here.
"""

from __future__ import annotations

from typing import Final

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
"""The key of an object that is none; its value says what it is."""
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  what stands for a secret, not one
ASSET: Final = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE: Final = "0def7320c3a5731c473e5ecbe6d01bc7"
UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""A text in the place of a value that is known after the update."""
