"""Which resources of other packages hold data: a table, to which a line is easily added."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from prisma_provider.review.plan import Step

STATEFUL: Final = (
    # package, and the part of the type that holds data: both are regular expressions
    ("aws", r"rds|docdb|neptune|redshift|redshiftserverless|dsql|memorydb|timestreamwrite|qldb|keyspaces"),
    ("aws", r"dynamodb.*table|s3.*bucket|ebs.*(volume|snapshot)|efs.*filesystem|fsx|elasticache.*(cluster|group)"),
    (
        "aws",
        r"elasticsearch.*domain|opensearch.*(domain|collection)|kinesis.*stream|msk.*cluster|backup.*vault|kms.*key",
    ),
    ("aws-native", r"(rds|docdb|neptune|redshift|dsql|efs|fsx|memorydb):|dynamodb:.*table|s3.*:.*bucket|ec2:volume"),
    ("gcp|google-native", r"sql|alloydb|spanner|bigtable|firestore|datastore|filestore|redis|memorystore"),
    ("gcp|google-native", r"storage.*bucket|bigquery.*(dataset|table)|compute.*disk|kms.*key"),
    ("azure|azure-native", r"sql|postgres|mysql|mariadb|mssql|cosmosdb|documentdb|redis|kusto|compute.*disk"),
    ("azure|azure-native", r"storage.*(account|container|share|table|queue|blob)|keyvault"),
    ("neon", r"project|branch|database"),
    ("supabase", r"project|branch"),
    ("planetscale", r"database|branch"),
    ("turso|libsql", r"database|group"),
    ("cockroach", r"cluster|database"),
    ("upstash", r"database|redis|kafka|vector"),
    ("aiven", r"pg|postgres|mysql|kafka|clickhouse|opensearch|redis|valkey|database|service\b"),
    ("timescale|tembo|crunchybridge|xata|nile|yugabyte", r""),
    ("mongodbatlas|mongodb-atlas", r"cluster|serverlessinstance|flex|project:"),
    ("confluentcloud", r"kafka(cluster|topic)|environment"),
    ("snowflake|databricks|clickhouse", r"database|schema|table|catalog|volume|service|stage"),
    ("ec|elasticstack", r"deployment|index"),
    ("postgresql|mysql|mssql", r"database|schema|table"),
    ("digitalocean", r"database(cluster|db)|spacesbucket|volume:|volume$"),
    ("linode|vultr|hcloud|scaleway|ovh|exoscale|civo|upcloud", r"database|volume|bucket|storage|rdb|sdb"),
    ("oci", r"database|mysql|psql|objectstorage|nosql|core.*volume|filestorage"),
    ("alicloud", r"rds|polardb|oss.*bucket|mongodb|kvstore|ots"),
    ("cloudflare", r"d1database|r2bucket|kvnamespace|durableobject"),
    ("vercel|fly|railway|render|heroku|koyeb|northflank", r"postgres|database|volume|store|addon|blob|kv"),
    ("minio", r"bucket"),
    ("kubernetes", r"persistentvolume|:namespace$|postgresql|cluster:|statefulset"),
    ("docker|docker-build", r"volume"),
    ("vault", r"mount"),
    ("aws", r"cognito.*userpool:|secretsmanager/secret:"),
    ("azure|azure-native|gcp", r"resourcegroup|organizations/project:"),  # with all that is in it
    (r".*", r"[:/](\w*database(instance|cluster|server)?|\w*postgres\w*|\w*bucket|\w*volume(claim)?)$"),
)

_TABLE: Final = [(re.compile(package), re.compile(part)) for package, part in STATEFUL]
_ONLY_ACCESS: Final = re.compile(
    r"(connection|apikey|token|role|user|grant|password|policy|permission|endpoint|firewall\w*|\w*rule|association"
    r"|parametergroup|subnetgroup|optiongroup|securitygroup|replicationconfig|publicaccessblock|ownershipcontrols"
    r"|notification|acl|corsconfiguration\w*|websiteconfiguration\w*|encryptionconfiguration\w*|attachment|alias)(v\d)?$"
)
"""Who may come in and how: what is lost with it is no data."""
_ADDRESS: Final = re.compile(r"\bprisma\.io\b|\bprisma-?data\b|[/.]prisma(?:-postgres)?(?:[/.]|$)", re.IGNORECASE)
"""An address of Prisma's: of its API, or from which a plugin is downloaded."""


def prismas(steps: Iterable[Step]) -> frozenset[str]:
    """The packages of Prisma's that are not ours, such as the bridged Terraform provider, by name or by address."""
    found = {step.package for step in steps if "prisma" in step.package.lower()}
    for step in steps:
        if step.type.startswith("pulumi:providers:") and any(map(_ADDRESS.search, _inputs(step))):
            found.add(step.type.removeprefix("pulumi:providers:"))
    return frozenset(found - {"pulumi", "pulumi-python"})


def is_prismas(step: Step, prisma: Collection[str]) -> bool:
    """Whether its package is one of Prisma's, or its type names Prisma."""
    return step.package in prisma or "prisma" in step.type.lower()


def _inputs(step: Step) -> Iterator[str]:
    for state in filter(None, (step.old, step.new)):
        yield from (value for value in state.inputs.values() if isinstance(value, str))


def holds_data(step: Step, prisma: Collection[str]) -> bool:
    """Whether a resource of another package may hold data; one of Prisma's does, unless it cannot."""
    if step.kind or not step.custom or _ONLY_ACCESS.search(step.type.lower()):
        return False
    kind = step.type.lower().partition(":")[2]
    return (
        is_prismas(step, prisma)
        or step.is_untyped
        or any(package.fullmatch(step.package.lower()) and part.search(kind) for package, part in _TABLE)
    )
