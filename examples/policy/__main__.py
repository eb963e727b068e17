"""The policies of a company, for `pulumi preview --policy-pack policy`.

Over both hosts: dynamic resources and those of the plugin have the same names and properties.

All but the regions look at the whole stack, since only an Environment says what it is for (its output `kind`).
"""

import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from typing import Any

import pulumi
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyConfigSchema,
    PolicyPack,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

REGIONS = ["eu-central-1", "eu-west-3"]
PRODUCTION, PREVIEWS = ["production"], ["pr-*"]
"""Names of stacks, for what stands in no Environment."""
SETTINGS = {"allowReplace": "allow_replace", "forceDestroy": "force_destroy", "adopt": "adopt"}
"""As they stand in state, and as a Python program writes them."""

_TYPE = re.compile(r"(?:pulumi-python:dynamic/prisma|prisma:index):(\w+)")


def kind(resource_type: str) -> str | None:
    """Project, Branch, Database, Connection, Restore or Environment, over either host; None for anything else."""
    found = _TYPE.fullmatch(resource_type)
    return found[1] if found else None


def known(resource: PolicyResource, name: str) -> object:
    """A property; None where there is none, or where only the update will tell."""
    try:
        return resource.props.get(name)
    except UnknownValueError:
        return None


def environment(resource: PolicyResource | None) -> PolicyResource | None:
    """The Environment that a resource is a part of."""
    while resource is not None and kind(resource.resource_type) != "Environment":
        resource = resource.parent
    return resource


def is_for(resource: PolicyResource, purpose: str, stacks: list[str]) -> bool:
    """Whether its Environment is of this kind; of what stands in none, the stack's name tells."""
    found = environment(resource)
    if found is not None:
        return known(found, "kind") == purpose
    return any(fnmatch(pulumi.get_stack(), pattern) for pattern in stacks)


def databases(args: StackValidationArgs) -> Iterator[PolicyResource]:
    """All databases of the stack."""
    return (each for each in args.resources if kind(each.resource_type) == "Database")


def production_is_protected(args: StackValidationArgs, report: ReportViolation) -> None:
    """What Pulumi protects is not deleted, whoever takes it out of the program."""
    stacks = args.get_config().get("production", PRODUCTION)
    for each in databases(args):
        if is_for(each, "production", stacks) and not each.opts.protect:
            report(
                f"Database {each.name} holds production's data and is not protected: give it "
                "opts=pulumi.ResourceOptions(protect=True).",
                each.urn,
            )


def nothing_is_replaced(args: StackValidationArgs, report: ReportViolation) -> None:
    """Only previews come and go. A production's Environment itself adopts the default branch, which holds no data."""
    stacks = args.get_config().get("previews", PREVIEWS)
    for each in args.resources:
        if kind(each.resource_type) in ("Project", "Database", "Connection") and not is_for(each, "preview", stacks):
            for setting in (name for name in SETTINGS if known(each, name) is True):
                report(
                    f"{kind(each.resource_type)} {each.name} has {SETTINGS[setting]}=True, which only previews may "
                    "have: take it out.",
                    each.urn,
                )


def production_is_on_the_default_branch(args: StackValidationArgs, report: ReportViolation) -> None:
    """Every database of a production Environment is on a branch that the program makes the default one."""
    for each in databases(args):
        found = environment(each)
        if found is not None and known(found, "kind") == "production" and not on_default_branch(each):
            report(
                f"Database {each.name} is not on the default branch of its project: give it the Environment's "
                "branch_id.",
                each.urn,
            )


def on_default_branch(database: PolicyResource) -> bool:
    """Told by what its branch comes from, since an id is not known before there is one."""
    return any(
        kind(each.resource_type) == "Branch" and known(each, "isDefault") is True
        for each in database.property_dependencies.get("branchId", [])
    )


def region_is_allowed(args: ResourceValidationArgs, report: ReportViolation) -> None:
    """A project names one of these regions; a database takes its project's, or names one."""
    what = kind(args.resource_type)
    if what in ("Project", "Database"):
        allowed = args.get_config().get("allowed", REGIONS)
        region = args.props.get("region", None if what == "Project" else "inherit")
        if region not in (*allowed, *(["inherit"] if what == "Database" else [])):
            said = f"is in {region}" if region else "names no region"
            report(f"{what} {args.name} {said}; allowed are {', '.join(allowed)}.", None)


def _names(default: list[str]) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string"}, "default": default}


def _of_stack(
    name: str, description: str, validate: Callable[[StackValidationArgs, ReportViolation], None], **config: Any
) -> Policy:
    return StackValidationPolicy(name, description, validate, config_schema=PolicyConfigSchema(properties=config))


POLICIES = [
    _of_stack(
        "production-is-protected",
        "Production databases are protected.",
        production_is_protected,
        production=_names(PRODUCTION),
    ),
    _of_stack(
        "nothing-is-replaced",
        "allow_replace, force_destroy and adopt=True stand in previews only.",
        nothing_is_replaced,
        previews=_names(PREVIEWS),
    ),
    _of_stack(
        "production-is-on-the-default-branch",
        "Production databases are on the default branch.",
        production_is_on_the_default_branch,
    ),
    ResourceValidationPolicy(
        "region-is-allowed",
        "Projects and databases are in an allowed region.",
        region_is_allowed,
        config_schema=PolicyConfigSchema(properties={"allowed": _names(REGIONS)}),
    ),
]

if __name__ == "__main__":
    PolicyPack("prisma", enforcement_level=EnforcementLevel.MANDATORY, policies=POLICIES)
