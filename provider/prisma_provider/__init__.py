"""The provider: what a declared resource means to Prisma's Management API.

Imports go one way, downwards; the first line of each package says its job.

    cli, dynamic, plugin          hosts, translation only: the command `pulumi-prisma`; Pulumi's dynamic providers;
                                  Pulumi's provider protocol, `pulumi-resource-prisma`
    adoption, functions, review   what exists as a program; lookups; a preview judged, pure
    rehearsal                     a migration on a clone: run, compared, reported
    handlers                      one file a resource: its fields, then check, create, read, update, delete
    ownership                     who owns an object: asked before one is taken over, replaced or deleted
    live                          what the service holds now, what this run did, what the stack's state records
    api                           the Management API: operations, shapes, errors, the token
    settings, login               token, base URL, workspace; how a token is obtained where none is set
    network                       how a request gets to a server: proxies, certificates, retries, time limits
    pulumi_command, user_command  Pulumi's own command line, asked for the state of stacks; a command of the user's
    reporting                     what all reports share: the exit status, Markdown for a comment
    diff, errors, keys, durations, imports, text     values
"""

import sys

# httpx imports its own command line where it can, and with that click, rich and pygments; nobody here runs it.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
