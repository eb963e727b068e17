"""The core of pulumi-prisma: what a declared resource means to Prisma's Management API.

The map, imports go one way, downwards:

    cli         the command `pulumi-prisma`: a table of contents, one module a sub-command
    review      a preview's text as findings, and those as a report; pure, and beside the rest
    dynamic     host: Pulumi's dynamic providers, translation only
    plugin      host: Pulumi's provider protocol, `pulumi-resource-prisma`, translation only
    handlers    one file a resource: its table of fields, then check, create, read, update, delete
    live        what the service holds now: reads shared by everything that runs in one operation (`flights`),
                and never hiding what this run wrote (`written`)
    run         what this run did itself: what it took over, made, and was asked to delete
    client      HTTP: one method an endpoint, the only room that opens a connection to the API;
                `bearer` puts the token on, `bodies` bounds what comes back, `answers` turns it into models and errors
                (`refusals`: what the service says of one), `pages` follows a list to its end, `retries` says when a
                request is sent again, and how long an operation may take, `waits` ends what waits
    transport   how HTTP leaves this machine: `proxies`, `certificates`
    diff        Field, Change, Diff: values, no I/O
    models      the wire, as pydantic models
    settings    token, base URL, workspace
    adoption    what exists, as a program that takes it over; `review` what a preview would do; `cli` both as commands
    login       how a token is come by where none is set: a job of GitHub's, a stored login
    errors      the tree of errors; beside it `identity` (logicalId), `origins`, `durations`, `throttle`, `logs`,
                `imports` (past the user's own files), `plain` (what others say, on a terminal: the errors themselves
                pass through it)
"""
