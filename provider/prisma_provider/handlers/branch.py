"""Branch: where databases live side by side, named after a branch of git."""

from __future__ import annotations

from prisma_provider import diff, errors, ownership
from prisma_provider.api.ids import bare_id, same_id
from prisma_provider.api.models import Branch, Database
from prisma_provider.diff import UNKNOWN, Diff, Field
from prisma_provider.errors import Refused, capital
from prisma_provider.handlers.changes import check_applied, compare, delete, demotion, gone, patch, went_away
from prisma_provider.handlers.creation import agree, check_adopted, nothing_to_adopt
from prisma_provider.handlers.inputs import (
    SETTINGS,
    Checked,
    Properties,
    check_adopt,
    check_flag,
    check_id,
    check_name,
    check_there,
    select,
)
from prisma_provider.live import Live

USED = {"owned": False}
"""What state holds, beside the rest, of a branch that was there before and that this stack only uses."""


class BranchHandler:
    """Makes, promotes and deletes branches; the service cannot rename one, so another name is another branch."""

    model = Branch
    fields = (
        Field("projectId", "replace", same_id, "project.id"),
        Field("gitName", "replace"),
        Field("isDefault", "patch"),
        *SETTINGS,
        Field("role", "output"),
        Field("workspaceId", "output", read=None),
    )

    def check(self, live: Live, olds: Properties, news: Properties) -> Checked:
        """A project, a name."""
        problems = (
            *check_id(news, "projectId", "proj", required=True),
            *check_name(news, "branch", 1, None, field="gitName"),
            *check_flag(news, "isDefault"),
            *check_adopt(news, "br"),
        )
        if not problems:
            problems = (
                *check_there(live, olds, news, "projectId", live.project),
                *check_adopted(live, "Branch", olds, news, live.branch, lambda b: self._agreed(b, news)),
            )
            by_id = isinstance(news.get("adopt"), str)
            if not (problems or olds or by_id) and UNKNOWN not in (news["projectId"], news["gitName"]):
                self._check_new(live, news)
        return Checked(select(self.fields, news), problems)

    def _check_new(self, live: Live, news: Properties) -> None:
        """Refused in the preview: a name that two resources declare, and a branch that is there and is not taken."""
        holder = live.run.hold("name of a branch", f"{bare_id(news['projectId'])}/{news['gitName']}")
        if holder is not None:
            raise Refused(
                f'Branch "{news["gitName"]}" is declared by {ownership.named(holder)}, too.',
                hint="declare it once, and give its id to what is on it (branch_id=…); an Environment has a branch of "
                "its own: give it another git_name=…. Nothing was made.",
            )
        there = live.named_branch(news["projectId"], news["gitName"])
        if there is not None and not ownership.is_own(live, "Branch", there.id):
            ownership.refuse_held(live, "Branch", there.id, there.title)
            if not (news.get("adopt") or _is_ours(live, there)):
                raise _exists(there)

    def diff(self, live: Live, object_id: str, olds: Properties, news: Properties) -> Diff:
        """Promotion in place; another name or project is another branch, made before the old one goes."""
        branch = live.branch(object_id, olds.get("projectId"), olds.get("workspaceId"))
        if branch is None:
            return gone(live, olds)
        ownership.hold(live, "Branch", object_id, branch.title, news)
        return self._compare(branch, olds, news)

    def _compare(self, branch: Branch, olds: Properties, news: Properties) -> Diff:
        found = compare(self.fields, olds, news, outputs(branch, olds))
        return Diff(tuple(demotion(change) for change in found.changes))

    def _agreed(self, branch: Branch, news: Properties) -> Diff:
        return agree(branch.title, self._compare(branch, {}, news))

    def create(self, live: Live, news: Properties) -> tuple[str, Properties]:
        """POST, or adopt. The project's list is asked first: a branch that was there before is not ours."""
        project_id, name = news["projectId"], news["gitName"]
        key = ("branch", bare_id(project_id), name)
        with live.run.under_way(*key), live.run.alone(*key):
            there = self._adopt(live, news)
            branch = there or _make(live, project_id, name, news.get("isDefault"), shared=bool(news.get("adopt")))
            owned = ownership.owns_branch(live, branch, news)  # also where another made it since the list was asked
        live.intents.forget(*ownership.branch_key(live, project_id, name))
        live.put_branch(branch)
        if news.get("isDefault"):
            branch = self._apply(live, branch, self._compare(branch, {}, news))
        live.run.returned(branch.id)
        known = {"workspaceId": live.workspace_id_of(project_id), **({} if owned else USED)}
        return branch.id, outputs(branch, {**news, **known})

    def _adopt(self, live: Live, news: Properties) -> Branch | None:
        adopt = news.get("adopt")
        there = live.branch(adopt) if isinstance(adopt, str) else named(live, news["projectId"], news["gitName"])
        if there is None:
            if isinstance(adopt, str):
                raise nothing_to_adopt("branch", adopt)
            return None
        if not (adopt or _is_ours(live, there)):
            raise _exists(there)
        self._agreed(there, news)
        if isinstance(adopt, str):
            ownership.take(live, "Branch", there.id, there.title)
        else:
            ownership.refuse_held(live, "Branch", there.id, there.title)
        return there

    def read(self, live: Live, object_id: str, olds: Properties) -> Properties | None:
        """The live branch, with settings carried on from state."""
        branch = live.branch(object_id, olds.get("projectId"), olds.get("workspaceId"))
        if branch is None:
            return None
        workspace_id = live.workspace_id_of(branch.project.id, olds.get("workspaceId"))
        return outputs(branch, {**olds, "workspaceId": workspace_id})

    def update(self, live: Live, object_id: str, olds: Properties, news: Properties) -> Properties:
        """Promote, or nothing."""
        found = self.diff(live, object_id, olds, news)
        branch = live.branch(object_id, olds.get("projectId"), olds.get("workspaceId"))
        if branch is None:
            raise went_away("branch", object_id)
        branch = self._apply(live, branch, found)
        kept = {name: olds[name] for name in ("workspaceId", *USED) if name in olds}
        return outputs(branch, {**news, **kept})

    def _apply(self, live: Live, branch: Branch, found: Diff) -> Branch:
        title, branch_id = branch.title, branch.id
        for body in found.patches():
            branch = patch(title, body, lambda b: live.client.update_branch(branch_id, b))
            live.put_branch(branch)
            check_applied(title, self.fields, body, outputs(branch, {}))
        if found.of("wait"):
            live.note(
                f"{title} is the default branch until another one is promoted: declare is_default=True on that one."
            )
        return branch

    def delete(self, live: Live, object_id: str, olds: Properties) -> None:
        """Delete it. The default and the production branch the service keeps until their project is deleted."""
        if ownership.stays(live, "Branch", object_id):
            return
        if olds.items() >= USED.items():
            live.note(f'branch "{olds.get("gitName")}" ({object_id}) was there before this stack used it: it stays.')
            return
        found = live.branch(object_id, olds.get("projectId"), olds.get("workspaceId"))
        if found is not None:
            ownership.refuse_another(found.title, olds, outputs(found, {}))
        try:
            delete(live, "branch", object_id, olds, live.client.delete_branch)
        except errors.Rejected as error:
            if _is_kept(live, object_id, olds, error):
                return
            if isinstance(error, errors.Forbidden):
                raise
            delete(live, "branch", object_id, olds, live.client.delete_branch, patiently=True)


def _exists(branch: Branch) -> Refused:
    return Refused(
        f"{capital(branch.title)} exists already in project {branch.project.id}.",
        hint=f'declare adopt="{branch.id}" to take it over, or another git_name=…. Nothing was made.',
    )


def named(live: Live, project_id: str, git_name: str) -> Branch | None:
    """The branch of a project that goes by this name, asked for now."""
    return next((b for b in live.client.branches(project_id, git_name) if b.git_name == git_name), None)


def resolve(live: Live, project_id: str, git_name: str) -> Branch:
    """The branch of this name, made where there is none: `branch_git_name` of a database."""
    with live.run.alone("branch", bare_id(project_id), git_name):
        return live.named_branch(project_id, git_name) or _make(live, project_id, git_name, None, shared=True)


def _make(live: Live, project_id: str, git_name: str, is_default: bool | None, *, shared: bool) -> Branch:
    """POST; a lost response and a 409 both mean: look for the name, which the service keeps unique.

    A list may lag behind the 409, so both are asked for some time. Without a lost response the branch is another's,
    and taken only if it may be `shared`.
    """
    lost = False
    body = {"gitName": git_name, **({"isDefault": True} if is_default else {})}

    def attempt() -> Branch:
        nonlocal lost
        try:
            made = live.client.create_branch(project_id, body)
        except (errors.LostResponse, errors.Conflict) as error:
            lost = lost or isinstance(error, errors.LostResponse)
            found = named(live, project_id, git_name)
            if found is None:
                if isinstance(error, errors.Conflict):
                    body.pop("isDefault", None)  # it may be another default that it clashes with: `create` promotes it
                raise
            if not (lost or shared or _is_ours(live, found)):
                raise _exists(found) from None
            if not lost:
                return found
            made = found
        live.run.made(made.id)
        return made

    try:
        with live.intents.noted(*ownership.branch_key(live, project_id, git_name)):
            branch = live.client.retrying(errors.LostResponse, errors.Conflict)(attempt)
    except errors.Conflict as error:
        raise errors.Conflict(
            f'Branch "{git_name}" of project {project_id} is not made: it clashes with what is there, and the '
            "project's list shows no branch of this name.",
            said=error.said,
            hint='run `pulumi up` again; or take the branch with adopt="br_…", its id in Prisma Console.',
        ) from None
    live.put_branch(branch)
    return branch


def _is_ours(live: Live, branch: Branch) -> bool:
    """Whether this run made it for a database that names it, and no resource has it."""
    return live.run.was_made(branch.id) and not live.run.was_returned(branch.id)


def _is_kept(live: Live, branch_id: str, olds: Properties, error: errors.Rejected) -> bool:
    """What Prisma deletes together with its project is left alone; another branch that others still use is an error."""
    branch = live.branch(branch_id)
    databases = live.databases_or_none(olds["projectId"], after=live.now())
    on_it = [database for database in databases.values() if same_id(database.branch_id, branch_id)]
    members = [database for database in on_it if not _leaves(live, database)]
    leaving = len(on_it) > len(members)
    if branch is None:
        return True
    stays = branch.is_default or branch.role == "production"
    if members and not stays:
        names = ", ".join(database.title for database in members[:10])
        raise Refused(
            f"{capital(branch.title)} is not deleted: {names} lives on it.",
            said=error.said,
            hint="delete it first, or move it to another branch with branch_id=….",
        )
    if not (stays or leaving):
        return False
    if ownership.project_is_deleted(live, olds["projectId"]):
        live.note(f"{branch.title} is kept by Prisma until its project goes, and is deleted together with it.")
        return True
    live.note(
        f"{branch.title} lives on in project {olds['projectId']} until the project goes: Prisma keeps the default and "
        f'the production branch, and one with the default database on it. To have it back: adopt="{branch_id}".'
    )
    return True


def _leaves(live: Live, database: Database) -> bool:
    return live.run.was_delete_asked(database.id) or ownership.is_deleted_with_its_project(live, database)


def outputs(branch: Branch, state: Properties) -> Properties:
    """The whole state of a branch."""
    return diff.outputs(BranchHandler.fields, branch, state)
