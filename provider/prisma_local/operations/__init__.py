"""The operations of the Management API that are served here, as data: a module for each kind of object.

operation   what an operation is                 requests, responses   their JSON Schemas
routes      requests checked and carried out     openapi               our OpenAPI document
"""

from __future__ import annotations

from prisma_local.operations.branches import BRANCHES
from prisma_local.operations.connections import CONNECTIONS
from prisma_local.operations.databases import DATABASES
from prisma_local.operations.environment_variables import ENVIRONMENT_VARIABLES
from prisma_local.operations.operation import Operation
from prisma_local.operations.projects import PROJECTS
from prisma_local.operations.tokens import TOKENS
from prisma_local.operations.workspaces import WORKSPACES

__all__ = ["OPERATIONS", "Operation"]

OPERATIONS: tuple[Operation, ...] = (
    *PROJECTS,
    *BRANCHES,
    *DATABASES,
    *CONNECTIONS,
    *ENVIRONMENT_VARIABLES,
    *TOKENS,
    *WORKSPACES,
)
