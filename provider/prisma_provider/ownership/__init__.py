"""Who owns an object: one resource of one stack.

Everything that takes, replaces or deletes an object asks here: creation, adoption, import, deletion, and the deletion
of a project with what is in it. What it decides by, each of which may be missing:

- the state of the stack, with the creations that it saw only begin (`live.recorded`), and that of the other stacks of
  this Pulumi project (`live.others`), which are looked at before an adoption only;
- the key on a project or database (`logicalId`): one of our form names the resource that it was made for. A key of
  another form is another tool's. Branches and connections have none;
- what earlier runs on this machine asked for and saw no response to (`live.intents`);
- what this run did and was shown (`live.run`).

What another resource or stack is seen to hold is never taken, changed or deleted. In doubt it is refused, with the way
out. State that cannot be read is not a state that holds nothing: then deletions go on, with a note, and nothing is
taken over without an id.
"""

from prisma_provider.live.state import named
from prisma_provider.ownership.deleting import is_lost, recorded_key, refuse_another, refuse_lost, stays
from prisma_provider.ownership.leftovers import branch_key, creation_key, leftover, owns_branch, set_key, was_taken
from prisma_provider.ownership.projects import (
    is_deleted_with_its_project,
    may_be_deleted_with_project,
    project_is_deleted,
    release,
    remember,
)
from prisma_provider.ownership.replacing import (
    is_replacement,
    refuse_deletion,
    refuse_renamed_identity,
    refuse_renamed_project,
    refuse_replacement,
)
from prisma_provider.ownership.taking import former_holder, hold, refuse_held, take, take_import
from prisma_provider.ownership.values import Keyed, Object, is_declared, is_own

__all__ = [
    "Keyed",
    "Object",
    "branch_key",
    "creation_key",
    "former_holder",
    "hold",
    "is_declared",
    "is_deleted_with_its_project",
    "is_lost",
    "is_own",
    "is_replacement",
    "leftover",
    "may_be_deleted_with_project",
    "named",
    "owns_branch",
    "project_is_deleted",
    "recorded_key",
    "refuse_another",
    "refuse_deletion",
    "refuse_held",
    "refuse_lost",
    "refuse_renamed_identity",
    "refuse_renamed_project",
    "refuse_replacement",
    "release",
    "remember",
    "set_key",
    "stays",
    "take",
    "take_import",
    "was_taken",
]
