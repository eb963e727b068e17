"""What each operation does. A rule takes a checked `Call` and returns a `Result`; it sees no HTTP request.

projects branches databases connections backups usage   the operations
environment_variables service_tokens integrations workspaces regions
call                what a rule takes and returns
find                an object of the token's workspace, by id
branch_records      the branches of a project
default_database    which database of a project is the default one
sources             what a new database is created from
response_bodies     the JSON of objects      pagination   lists in pages
"""
