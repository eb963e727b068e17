"""Project: the home of databases."""

from __future__ import annotations

from prisma_provider import diff, ownership
from prisma_provider.api.ids import same_id
from prisma_provider.api.models import Database, Project
from prisma_provider.diff import Diff, Field
from prisma_provider.errors import Refused, capital
from prisma_provider.handlers.changes import check_applied, compare, delete, gone, patch, went_away
from prisma_provider.handlers.creation import agree, check_adopted, create_once, listed, nothing_to_adopt, to_adopt
from prisma_provider.handlers.inputs import (
    SETTINGS,
    Checked,
    Properties,
    check_adopt,
    check_flag,
    check_name,
    check_region,
    select,
    sent,
    with_logical_id,
    without_unknown,
)
from prisma_provider.live import Live
from prisma_provider.text import some_of


class ProjectHandler:
    """Makes, renames and deletes projects; a project goes only without databases, or by `forceDestroy`."""

    model = Project
    fields = (
        Field("name", "patch"),
        Field("region", "replace", read=None),
        Field("forceDestroy", "setting"),
        Field("allowReplace", "setting"),
        *SETTINGS,
        Field("defaultRegion", "output"),
        Field("workspaceId", "output", read="workspace.id"),
        Field("logicalId", "output"),
        Field("createdAt", "output"),
    )

    def check(self, live: Live, olds: Properties, news: Properties) -> Checked:
        """A name of 1 to 256 characters, a region that exists."""
        problems = (
            *check_name(news, "project", 1, 256),
            *check_region(live, olds, news),
            *check_flag(news, "forceDestroy"),
            *check_flag(news, "allowReplace"),
            *check_adopt(news, "proj"),
        )
        inputs = select(self.fields, news)
        if not problems:
            inputs = with_logical_id(live, olds, news, inputs, lambda: listed(live.projects))
            if not olds and ownership.is_replacement(live):
                ownership.refuse_replacement(live, news, live.projects(), "project")
            if not (olds or news.get("seed")):
                # Where the engine gives a seed, nothing is listed yet: there it is the create that refuses.
                ownership.refuse_renamed_project(live, news, lambda: listed(live.projects))
            problems = (*check_adopted(live, "Project", olds, news, live.project, lambda p: self._agreed(p, news)),)
        return Checked(inputs, problems)

    def diff(self, live: Live, object_id: str, olds: Properties, news: Properties) -> Diff:
        """The name; a region that differs is refused, since nothing can change it."""
        live.prefetch_databases(object_id)
        project = live.project(object_id, olds.get("workspaceId"))
        if project is None:
            return gone(live, olds, object_id)
        ownership.hold(live, "Project", object_id, project.title, news)
        _tell_transfer(live, project, olds)
        found = self._compare(project, olds, news)
        for change in found.of("replace"):
            raise Refused(
                f"{capital(project.title)}: {change}, and a project's region cannot be changed.",
                hint=f'put region="{change.live}" back. For a database elsewhere give region=… to the database, '
                "or declare another project beside this one.",
            )
        return found

    def _compare(self, project: Project, olds: Properties, news: Properties) -> Diff:
        # A project may have no default region; what was declared when it was made is all there is to compare with.
        region = project.default_region or olds.get("region") or news.get("region")
        declared = without_unknown(news, "region")
        return compare(self.fields, olds, declared, {**outputs(project, {}), "region": region})

    def _agreed(self, project: Project, news: Properties) -> Diff:
        return agree(project.title, self._compare(project, {}, news))

    def create(self, live: Live, news: Properties) -> tuple[str, Properties]:
        """POST without the service's implicit first database, or adopt."""
        ownership.refuse_replacement(live, news, live.projects(), "project")
        ownership.refuse_renamed_project(live, news, live.projects)
        adopted = to_adopt(live, "Project", news, live.projects)
        if adopted:
            project = self._adopt(live, adopted, news)
            ownership.was_taken(live, project.logical_id)
        else:
            project = self._make(live, news)
        live.run.returned(project.id)
        return project.id, outputs(project, {**news, "logicalId": project.logical_id if adopted else news["logicalId"]})

    def _make(self, live: Live, news: Properties) -> Project:
        also = {"workspaceId": live.client.settings.workspace_id, "logicalId": news["logicalId"]}
        body = sent(self.fields, news, **also, createDatabase=False)
        project = create_once(
            live,
            news["logicalId"],
            lambda: live.client.create_project(body),
            lambda: live.client.projects(logical_id=news["logicalId"]),
        )
        live.new_project(project)
        return project

    def _adopt(self, live: Live, project_id: str, news: Properties) -> Project:
        project = live.project(project_id)
        if project is None:
            raise nothing_to_adopt("project", project_id)
        return self._apply(live, project, self._agreed(project, news))

    def read(self, live: Live, object_id: str, olds: Properties) -> Properties | None:
        """The live project, with what stands beside it in state."""
        live.prefetch_databases(object_id)
        project = live.project(object_id, olds.get("workspaceId"))
        return None if project is None else outputs(project, olds)

    def update(self, live: Live, object_id: str, olds: Properties, news: Properties) -> Properties:
        """PATCH what differs, or nothing."""
        found = self.diff(live, object_id, olds, news)
        project = live.project(object_id, olds.get("workspaceId"))
        if project is None:
            raise went_away("project", object_id)
        return outputs(self._apply(live, project, found), {**news, "logicalId": olds.get("logicalId")})

    def _apply(self, live: Live, project: Project, found: Diff) -> Project:
        title, project_id = project.title, project.id
        for body in found.patches():
            project = patch(title, body, lambda b: live.client.update_project(project_id, b))
            live.put_project(project)
            check_applied(title, self.fields, body, outputs(project, {}))
        return project

    def delete(self, live: Live, object_id: str, olds: Properties) -> None:
        """Refuse while it holds a database that this run was not asked to delete; `forceDestroy` says it may."""
        if ownership.stays(live, "Project", object_id):
            return
        if ownership.is_declared(live):
            project = live.project(object_id, olds.get("workspaceId"))
            if project is not None:
                ownership.refuse_deletion(live, project, "project")
        databases = {} if olds.get("forceDestroy") else live.databases_or_none(object_id, after=live.now())
        # Recorded before anything else: the next run goes on where this one is refused or killed.
        ownership.remember(live, databases.values())
        kept = [each for each in databases.values() if not ownership.may_be_deleted_with_project(live, each)]
        _refuse_databases(object_id, olds, kept)
        delete(live, "project", object_id, olds, live.client.delete_project, patiently=live.run.deletes)
        live.drop_project(object_id)


def _tell_transfer(live: Live, project: Project, olds: Properties) -> None:
    """A token of a person, or of the new workspace, finds a project that was transferred."""
    recorded = olds.get("workspaceId")
    if recorded and not same_id(recorded, project.workspace.id):
        live.note(
            f"{capital(project.title)} was transferred from workspace {recorded} to {project.workspace.id}, where the "
            "token sees it: the stack goes on with it. `pulumi refresh` records the new workspace."
        )


def _refuse_databases(project_id: str, olds: Properties, kept: list[Database]) -> None:
    """By a list that is asked for now: what was made outside of this run counts."""
    if not kept:
        return
    names = some_of([f"{d.title}{', the default' if d.is_default else ''}" for d in kept])
    only_default = all(database.is_default for database in kept)
    raise Refused(
        f'Project "{olds.get("name")}" ({project_id}) is not deleted: it holds {names}, which this run was '
        "not asked to delete, and which would be destroyed with it.",
        hint=(
            "declare the project alone, with force_destroy=True, run `pulumi up`, and then destroy it; or delete it "
            "in Prisma Console. (Prisma deletes a default database only with its project.)"
            if only_default
            else "delete it first, or set force_destroy=True on the project, run `pulumi up`, and then delete it."
        ),
    )


def outputs(project: Project, state: Properties) -> Properties:
    """The whole state of a project."""
    key = ownership.recorded_key(state, project.logical_id)
    return diff.outputs(ProjectHandler.fields, project, state) | {"logicalId": key}
