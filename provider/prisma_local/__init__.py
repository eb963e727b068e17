"""The local control plane: Prisma's Management API over a real PostgreSQL, on this machine.

__main__      the command line
server        start and stop                 stopping  by signals
ground        the folder, and PostgreSQL begun         folder   its lock, and the identity that survives a restart
serving       the rest, up to HTTP, and back           processes     PostgreSQL and its pooler, started and watched

app           the ASGI application          operations/   the routes, as data
gate          log, latency and faults on the way of every /v1 call
bodies        what operations take          shapes        what they answer      schema   the check of a body
call          what a rule is given          rules/        what each operation does
answers       values to JSON                paging        lists in pages        respond  a rule's end to HTTP
openapi       our own document              errors        the tree of errors    access   tokens

lifecycle     how databases and connections come, go, and survive a kill
backups       dumps that are kept             recovery   a backup in the place of the data
stock         databases made before anybody asks
reconcile     what a start does with what the last end left
plane         the parts that rules work with
records       SQLite                        values        its rows              ids      ids and secrets
background    work no answer waits for      settings      what tests can set    steps    where tests can kill
rate          so many calls a second
postgres/     the PostgreSQL underneath

page/         the page at `/`: to look, not to change
authorization/  authorize page, tokens of a person and of a GitHub job     hosts   our own names

control       what /_local/... does         control_routes  where     drift    behind everybody's back
faults        the rules of going wrong      edits           of JSON, for faults
journal       the request log               wire            bodies, answers, cut connections

It is written from the published contract and shares no code with the provider: one misreading of the API
must not stand on both sides.
"""
